using System.Buffers.Binary;
using System.Text;
using LmModel.Checkpoints;

namespace LmModel.Tests.Checkpoints;

public sealed class SafeTensorsWriterTests
{
    [Fact]
    public void Written_tensors_are_read_back_unchanged()
    {
        float[] floats = [1, -2, 3.3e38f, float.Epsilon, -0f, -3.3e38f];
        using var reader = SafeTensorsFile.Open(Written(
            new Dictionary<string, string> { ["format"] = "pt" },
            TensorData.Floats("w.α", [2, 3], floats),
            TensorData.Int64s("step", [], [long.MinValue]),
            TensorData.Floats("nothing", [0, 5], []),
            TensorData.Bytes("half", TensorType.F16, [2], new byte[] { 0x00, 0x3C, 0x01, 0x00 })));
        Assert.Equal("pt", reader.Metadata["format"]);
        Assert.Equal([2, 3], reader.Find("w.α")!.Shape);
        Assert.Equal(
            floats.Select(BitConverter.SingleToInt32Bits),
            reader.ReadFloats("w.α").Select(BitConverter.SingleToInt32Bits));
        Assert.Equal([long.MinValue], reader.ReadInt64s("step"));
        Assert.Empty(reader.ReadFloats("nothing"));
        Assert.Equal([0x00, 0x3C, 0x01, 0x00], reader.ReadBytes("half"));
        Assert.Equal([1, MathF.ScaleB(1, -24)], reader.ReadFloats("half"));
    }

    [Fact]
    public void The_written_bytes_follow_the_format()
    {
        var file = Written(null, TensorData.Floats("b", [1], [1]), TensorData.Floats("a", [1], [-1]));
        var header =
            """{"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1"""
            + """],"data_offsets":[4,8]}}""";
        Assert.Equal(
            SafeTensorsFile.WithPrefix(
                112,
                [.. Encoding.UTF8.GetBytes(header.PadRight(112)), 0, 0, 128, 63, 0, 0, 128, 191]
            ),
            file);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("ab")]
    [InlineData("abcdefg")]
    public void The_data_start_at_a_multiple_of_8(string name) => Assert.Equal(
        0UL, BinaryPrimitives.ReadUInt64LittleEndian(Written(null, TensorData.Floats(name, [1], [1]))) % 8);

    [Fact]
    public void Tensors_with_larger_elements_come_first_so_that_each_tensor_is_aligned()
    {
        using var reader = SafeTensorsFile.Open(
            Written(
                null,
                TensorData.Floats("f", [1], [1]),
                TensorData.Int64s("i", [1], [2]),
                TensorData.Floats("e", [1], [3])));
        Assert.Equal(["i", "f", "e"], reader.Tensors.Select(t => t.Name));
    }

    [Fact]
    public void Headers_of_any_length_are_read()
    {
        using var reader = SafeTensorsFile.Open(
            SafeTensorsFile.Bytes("{'abc':{'dtype':'BF16','shape':[1],'data_offsets':[0,2]}}", 2));
        Assert.Equal([0], reader.ReadFloats("abc"));
    }

    [Fact]
    public void Bfloat16_is_widened_exactly()
    {
        using var reader = SafeTensorsFile.Open(Written(
            null, TensorData.Bytes("b", TensorType.BF16, [2], new byte[] { 0x80, 0x3F, 0x49, 0xC0 })));
        Assert.Equal([1f, -3.140625f], reader.ReadFloats("b"));
    }

    [Fact]
    public void Tensors_larger_than_a_buffer_are_read_and_written_completely()
    {
        var values = Enumerable.Range(0, 200_001).Select(i => (float)i).ToArray();
        var halves = values.SelectMany(v => BitConverter.GetBytes((Half)(v % 2048))).ToArray();
        using var reader = SafeTensorsFile.Open(
            Written(
                null,
                TensorData.Floats("f", [values.Length], values),
                TensorData.Bytes("h", TensorType.F16, [values.Length], halves)));
        Assert.Equal(values, reader.ReadFloats("f"));
        Assert.Equal(values.Select(v => v % 2048), reader.ReadFloats("h"));
    }

    [Fact]
    public void A_shape_that_does_not_match_the_values_throws()
    {
        Assert.Contains(
            "a: F32 [2, 2] takes 16 bytes, given 12",
            Assert.Throws<ArgumentException>(() => TensorData.Floats("a", [2, 2], [1, 2, 3])).Message);
        Assert.Throws<ArgumentException>(() => TensorData.Floats("a", [-1, -3], [1, 2, 3]));
    }

    [Theory]
    [InlineData("b", "b")]
    [InlineData("b", "__metadata__")]
    public void A_duplicate_or_reserved_name_throws(string first, string second) =>
        Assert.Throws<ArgumentException>(() =>
            Written(null, TensorData.Floats(first, [1], [1]), TensorData.Floats(second, [1], [1])));

    private static byte[] Written(IReadOnlyDictionary<string, string>? metadata, params TensorData[] tensors)
    {
        var stream = new MemoryStream();
        SafeTensorsWriter.Write(stream, tensors, metadata);
        return stream.ToArray();
    }
}
