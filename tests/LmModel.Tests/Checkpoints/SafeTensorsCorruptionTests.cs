using LmModel.Files;

namespace LmModel.Tests.Checkpoints;

public sealed class SafeTensorsCorruptionTests
{
    private const long MostMemory = 1 << 20;

    [Fact]
    public void A_file_with_a_changed_header_byte_is_either_read_or_refused()
    {
        var file = File.ReadAllBytes(PyTorchFixture.WeightsPath("reference"));
        var dataStart = file.Length - (int)SafeTensorsFile.Open(file).Tensors.Sum(t => t.ByteLength);
        var random = new Random(1);
        for (var at = 0; at < dataStart; at++)
        {
            // Each bit by itself, and some bytes that mean something in JSON or nothing in UTF-8.
            var values = Enumerable.Range(0, 8).Select(bit => (byte)(file[at] ^ (1 << bit)))
                .Concat("\"\\{}[],:0 9-e\n\0"u8.ToArray())
                .Append((byte)0xFF)
                .Append((byte)random.Next(256));
            foreach (var value in values)
            {
                CheckCorrupted(file, at, value);
            }
        }
    }

    [Fact]
    public void A_truncated_file_is_refused()
    {
        var file = File.ReadAllBytes(PyTorchFixture.WeightsPath("reference"));
        for (var length = 0; length < file.Length; length++)
        {
            SafeTensorsFile.Refusal(file[..length]);
        }
    }

    [Fact]
    public void A_file_with_several_random_edits_is_either_read_or_refused()
    {
        var original = File.ReadAllBytes(PyTorchFixture.WeightsPath("reference"));
        var random = new Random(2);
        for (var round = 0; round < 5000; round++)
        {
            var file = original.ToArray();
            for (var edit = random.Next(2, 6); edit > 0; edit--)
            {
                file[random.Next(sizeof(ulong), 700)] = (byte)random.Next(32, 127);
            }

            CheckRead(file, $"round {round}");
        }
    }

    private static void CheckCorrupted(byte[] file, int at, byte value)
    {
        var original = file[at];
        file[at] = value;
        CheckRead(file, $"byte {at} = {value}");
        file[at] = original;
    }

    private static void CheckRead(byte[] file, string what)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using var reader = SafeTensorsFile.Open(file);
            foreach (var tensor in reader.Tensors)
            {
                reader.ReadBytes(tensor.Name);
            }
        }
        catch (SafeTensorsException)
        {
        }
        catch (Exception e)
        {
            Assert.Fail($"{what}: {e}");
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostMemory);
    }
}
