using LmModel.Checkpoints;
using LmModel.Files;

namespace LmModel.Tests.Checkpoints;

public sealed class SafeTensorsRefusalTests
{
    private const string A = "'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}";

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void A_file_too_short_for_the_header_length_is_refused(int length) =>
        Assert.Contains($"the file has {length} bytes", SafeTensorsFile.Refusal(new byte[length]));

    [Theory]
    [InlineData(1UL << 63)]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 40)]
    [InlineData(100UL)]
    public void A_header_longer_than_the_file_is_refused_before_memory_is_allocated(ulong claimed)
    {
        var file = SafeTensorsFile.Bytes("{}", 0, claimed);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var message = SafeTensorsFile.Refusal(file);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Contains($"the header claims {claimed} bytes, but 2 follow", message);
    }

    [Fact]
    public void A_header_above_the_size_limit_is_refused_even_if_the_file_contains_it()
    {
        var rest = new byte[SafeTensorsReader.MaxHeaderLength + 1];
        Assert.Contains(
            "at most 16777216 are read",
            SafeTensorsFile.Refusal(SafeTensorsFile.WithPrefix((ulong)rest.Length, rest)));
    }

    [Theory]
    [InlineData("", "begin with '{'")]
    [InlineData("[]", "begin with '{'")]
    [InlineData(" {}", "begin with '{'")]
    [InlineData("{", "not JSON")]
    [InlineData("{} x", "not JSON")]
    [InlineData("{'a':}", "not JSON")]
    [InlineData("{'\\ud800':{}}", "not valid Unicode")]
    public void A_header_that_is_not_a_JSON_object_is_refused(string header, string expected) =>
        Assert.Contains(expected, SafeTensorsFile.Refusal(SafeTensorsFile.Bytes(header, 0)));

    [Fact]
    public void A_header_with_invalid_UTF_8_is_refused()
    {
        var file = SafeTensorsFile.Bytes("{'a':1}", 0);
        file[10] = 0xFF;
        Assert.Contains("not valid Unicode", SafeTensorsFile.Refusal(file));
    }

    [Theory]
    [InlineData("'a':3", "a: must be an object of dtype, shape and data_offsets, found a number")]
    [InlineData("'a':{}", "a: dtype is missing")]
    [InlineData("'a':{'dtype':'F32','data_offsets':[0,8]}", "a: shape is missing")]
    [InlineData("'a':{'dtype':'F32','shape':[2]}", "a: data_offsets is missing")]
    [InlineData("'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8],'x':{'y':[1]}}", "a: has an unknown member x")]
    [InlineData(
        "'a':{'dtype':'F32','dtype':'F32','shape':[2],'data_offsets':[0,8]}",
        "a: dtype appears more than once"
    )]
    [InlineData("'a':{'dtype':'F31','shape':[2],'data_offsets':[0,8]}", "found F31")]
    [InlineData("'a':{'dtype':'f32','shape':[2],'data_offsets':[0,8]}", "found f32")]
    [InlineData("'a':{'dtype':'7','shape':[2],'data_offsets':[0,8]}", "found 7")]
    [InlineData("'a':{'dtype':[],'shape':[2],'data_offsets':[0,8]}", "a: dtype must be a string, found an array")]
    [InlineData("'a':{'dtype':'F32','shape':2,'data_offsets':[0,8]}", "a: shape must be an array, found a number")]
    [InlineData(
        "'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}",
        "a: shape must hold integers from 0 to 2⁶³−1, found -2"
    )]
    [InlineData("'a':{'dtype':'F32','shape':[2.5],'data_offsets':[0,8]}", "found 2.5")]
    [InlineData("'a':{'dtype':'F32','shape':['2'],'data_offsets':[0,8]}", "found a string")]
    [InlineData("'a':{'dtype':'F32','shape':[9223372036854775808],'data_offsets':[0,8]}", "found 9223372036854775808")]
    [InlineData("'a':{'dtype':'F32','shape':[2],'data_offsets':[-8,0]}", "a: data_offsets must hold integers")]
    [InlineData(
        "'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}",
        "a: data_offsets must be [begin, end] with begin ≤ end, found [8, 0]"
    )]
    [InlineData("'a':{'dtype':'F32','shape':[2],'data_offsets':[8]}", "found [8]")]
    [InlineData(
        "'a':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}",
        "a: F32 [3] takes 12 bytes, but data_offsets [0, 8] give 8"
    )]
    [InlineData("'a':{'dtype':'F64','shape':[2],'data_offsets':[0,8]}", "a: F64 [2] takes 16 bytes")]
    [InlineData(
        "'a':{'dtype':'F32','shape':[4611686018427387904,4],'data_offsets':[0,8]}",
        "a: F32 [4611686018427387904, 4] is more than 2⁶³ bytes"
    )]
    [InlineData("'a':{'dtype':'F32','shape':[4294967296,4294967296,0],'data_offsets':[0,0]}", "is more than 2⁶³ bytes")]
    [InlineData(A + "," + A, "a: appears more than once")]
    [InlineData("'__metadata__':1," + A, "__metadata__: must be an object of strings, found a number")]
    [InlineData("'__metadata__':{'k':1}," + A, "__metadata__: k must be a string, found a number")]
    [InlineData("'__metadata__':{'k':'','k':''}," + A, "__metadata__: k appears more than once")]
    [InlineData("'__metadata__':{},'__metadata__':{}," + A, "__metadata__: appears more than once")]
    public void An_invalid_entry_is_reported(string entries, string expected) =>
        Assert.Contains(expected, SafeTensorsFile.Refusal(SafeTensorsFile.Bytes($"{{{entries}}}", 8)));

    [Theory]
    [InlineData("[4,12]", 12, "b: data_offsets [4, 12] overlap those of a, which end at 8")]
    [InlineData("[0,8]", 8, "b: data_offsets [0, 8] overlap those of a, which end at 8")]
    [InlineData("[12,20]", 20, "b: data_offsets [12, 20] leave a gap: 4 bytes from 8 on belong to no tensor")]
    [InlineData("[8,16]", 12, "b: data_offsets [8, 16] extend beyond the 12 bytes of data in the file")]
    [InlineData("[9223372036854775799,9223372036854775807]", 16, "leave a gap")]
    [InlineData("[8,16]", 15, "the file is truncated: the header describes 16 bytes of data, found 15")]
    [InlineData("[8,16]", 17, "trailing bytes: the header describes 16 bytes of data, found 17")]
    public void Data_not_fully_covered_by_tensors_are_refused(string offsets, int dataLength, string expected)
    {
        var header = $"{{'b':{{'dtype':'F32','shape':[2],'data_offsets':{offsets}}},{A}}}";
        Assert.Contains(expected, SafeTensorsFile.Refusal(SafeTensorsFile.Bytes(header, dataLength)));
    }

    [Fact]
    public void Data_that_begin_after_a_gap_are_refused() => Assert.Contains(
        "a: data_offsets [8, 16] leave a gap: 8 bytes from 0 on",
        SafeTensorsFile.Refusal(SafeTensorsFile.Bytes("{'a':{'dtype':'F32','shape':[2],'data_offsets':[8,16]}}", 16)));

    [Fact]
    public void One_message_lists_the_file_and_all_its_errors()
    {
        var message = SafeTensorsFile.Refusal(SafeTensorsFile.Bytes(
            "{'a':{'dtype':'F99','shape':[2],'data_offsets':[0,8]}," +
            "'b':{'dtype':'F32','shape':[3],'data_offsets':[8,16]}," +
            "'c':{'dtype':'F32','shape':[-1]}}",
            16));
        Assert.Equal(
            [
                "x.safetensors cannot be read:",
                "- a: dtype must be one of BOOL, U8, I8, F8_E5M2, F8_E4M3, I16, U16, F16, BF16, I32, U32, F32, C64, "
                    + "F64, I64, U64, found F99",
                "- b: F32 [3] takes 12 bytes, but data_offsets [8, 16] give 8",
                "- c: shape must hold integers from 0 to 2⁶³−1, found -1",
                "- c: data_offsets is missing",
            ],
            message.Split('\n'));
    }

    [Fact]
    public void A_wrong_size_does_not_hide_layout_errors()
    {
        var message = SafeTensorsFile.Refusal(
            SafeTensorsFile.Bytes("{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}}", 9));
        Assert.Contains("takes 12 bytes", message);
        Assert.Contains("trailing bytes", message);
    }

    [Fact]
    public void A_thousand_errors_are_counted_but_not_all_listed()
    {
        var entries = string.Join(",", Enumerable.Range(0, 1000).Select(i => $"'t{i}':null"));
        var lines = SafeTensorsFile.Refusal(SafeTensorsFile.Bytes($"{{{entries}}}", 0)).Split('\n');
        Assert.Equal(ProblemList.MostListed + 2, lines.Length);
        Assert.Equal("- and 980 more", lines[^1]);
    }

    [Fact]
    public void A_hostile_name_is_escaped_and_shortened()
    {
        var message = SafeTensorsFile.Refusal(
            SafeTensorsFile.Bytes($"{{'\\u001b[2J{new string('x', 10_000)}':null}}", 0));
        Assert.DoesNotContain('\u001b', message);
        Assert.InRange(message.Length, 0, 300);
    }

    [Fact]
    public void A_tensor_that_claims_terabytes_is_refused_before_memory_is_allocated()
    {
        var file = SafeTensorsFile.Bytes(
            "{'a':{'dtype':'F32','shape':[1099511627776],'data_offsets':[0,4398046511104]}}",
            8);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("truncated", SafeTensorsFile.Refusal(file));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_file_that_shrinks_while_it_is_read_is_refused()
    {
        var stream = new MemoryStream();
        SafeTensorsWriter.Write(stream, [TensorData.Floats("a", [2], [1, 2])]);
        using var reader = SafeTensorsReader.Open(stream, "x.safetensors");
        stream.SetLength(stream.Length - 1);
        Assert.Contains("became shorter", Assert.Throws<SafeTensorsException>(() => reader.ReadFloats("a")).Message);
    }

    [Fact]
    public void Values_with_a_wrong_type_or_name_are_refused()
    {
        var stream = new MemoryStream();
        SafeTensorsWriter.Write(
            stream,
            [TensorData.Int64s("step", [], [7]), TensorData.Bytes("d", TensorType.F64, [1], new byte[8])]
        );
        using var reader = SafeTensorsReader.Open(stream, "x.safetensors");
        Assert.Contains(
            "step: expected F32 (or F16, BF16), found I64",
            Assert.Throws<SafeTensorsException>(() => reader.ReadFloats("step")).Message);
        Assert.Contains(
            "d: expected I64, found F64",
            Assert.Throws<SafeTensorsException>(() => reader.ReadInt64s("d")).Message);
        Assert.Contains("none: missing", Assert.Throws<SafeTensorsException>(() => reader.ReadBytes("none")).Message);
    }
}
