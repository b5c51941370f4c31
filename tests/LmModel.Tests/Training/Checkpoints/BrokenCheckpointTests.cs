using LmModel.Checkpoints;
using LmModel.Networks;
using LmModel.Training;
using LmModel.Training.Checkpoints;
using static LmModel.Tests.Training.DuckTraining;

namespace LmModel.Tests.Training.Checkpoints;

[Collection(RunsAlone.Name)]
public sealed class BrokenCheckpointTests
{
    [Fact]
    public void A_broken_checkpoint_is_refused()
    {
        using var folder = new TemporaryFolder();
        var path = folder["m"];
        Interrupt(() => Start(path, Cell.Gru, tied: false), atStep: 1);
        using (var file = File.OpenWrite(TrainingCheckpoint.PathIn(path)))
        {
            file.SetLength(file.Length / 2);
        }

        Assert.Contains(
            "cannot be resumed",
            Assert.Throws<ModelFolderException>(() => Trainer.Resume(Text, path)).Message);
    }

    [Fact]
    public void A_checkpoint_with_a_non_finite_number_is_refused_with_its_position()
    {
        using var folder = new TemporaryFolder();
        var path = folder["m"];
        Interrupt(() => Start(path, Cell.Gru, tied: false), atStep: 1);
        Rewrite(path, (name, values) =>
        {
            if (name is "adamw.mean.rnn.weight_hh_l1" or "fc.bias")
            {
                values[13] = float.NaN;
            }

            return values;
        });

        var message = Assert.Throws<ModelFolderException>(() => Trainer.Resume(Text, path)).Message;

        Assert.Contains("cannot be resumed:\n- last.safetensors: ", message);
        Assert.Contains("[1, 1] is NaN", message.Replace("fc.bias[13]", "[1, 1]", StringComparison.Ordinal));
    }

    [Fact]
    public void A_checkpoint_that_does_not_match_its_network_is_refused()
    {
        using var folder = new TemporaryFolder();
        var path = folder["m"];
        Interrupt(() => Start(path, Cell.Gru, tied: false), atStep: 1);
        Rewrite(path, (name, values) => name == "average.fc.bias" ? values[1..] : values);

        var message = Assert.Throws<ModelFolderException>(() => Trainer.Resume(Text, path)).Message;

        Assert.Matches("- average.fc.bias: expected \\d+ numbers, found \\d+", message);
    }

    [Theory]
    [InlineData("\"Steps\":24", "\"Steps\":0", "steps must be from 1")]
    [InlineData("\"HiddenSize\":12", "\"HiddenSize\":0", "hidden_size must be from 1")]
    [InlineData("\"Card\":{", "\"Card\":null,\"x\":{", "Card")]
    [InlineData("\"CorpusSha256\":", "\"\\u001b\":1,\"Corpus\":", "CorpusSha256")]
    public void A_checkpoint_with_invalid_settings_is_refused(string part, string replacement, string expected)
    {
        using var folder = new TemporaryFolder();
        var path = folder["m"];
        Interrupt(() => Start(path, Cell.Gru, tied: false), atStep: 1);
        Rewrite(path, (_, values) => values, progress => progress.Replace(part, replacement, StringComparison.Ordinal));

        var message = Assert.Throws<ModelFolderException>(() => Trainer.Resume(Text, path)).Message;

        Assert.Contains("the progress in its metadata is not valid: ", message);
        Assert.Contains(expected, message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"\\ud800\": 1}")]
    [InlineData(null)]
    public void A_broken_tokenizer_of_a_training_is_refused(string? content)
    {
        using var folder = new TemporaryFolder();
        var path = folder["m"];
        Interrupt(() => Start(path, Cell.Gru, tied: false), atStep: 1);
        File.Delete(TrainingCheckpoint.TokenizerIn(path));
        if (content is not null)
        {
            File.WriteAllText(TrainingCheckpoint.TokenizerIn(path), content);
        }

        Assert.Contains(
            "cannot be resumed:\n- tokenizer.json: ",
            Assert.Throws<ModelFolderException>(() => Trainer.Resume(Text, path)).Message);
    }

    [Fact]
    public void A_byte_order_mark_in_the_tokenizer_of_a_training_is_ignored()
    {
        using var folder = new TemporaryFolder();
        var path = folder["m"];
        Interrupt(() => Start(path, Cell.Gru, tied: false), atStep: 1);
        var tokenizer = TrainingCheckpoint.TokenizerIn(path);
        File.WriteAllText(tokenizer, File.ReadAllText(tokenizer), new System.Text.UTF8Encoding(true));

        Trainer.Resume(Text, path).Dispose();
    }

    private static void Rewrite(
        string folder,
        Func<string, float[], float[]> change,
        Func<string, string>? changeProgress = null)
    {
        List<TensorData> tensors;
        string progress;
        using (var reader = SafeTensorsReader.Open(TrainingCheckpoint.PathIn(folder)))
        {
            tensors =
            [
                .. reader.Tensors.Select(t =>
                    change(t.Name, reader.ReadFloats(t.Name)) is var values && values.LongLength == t.ElementCount
                ? TensorData.Floats(t.Name, t.Shape, values)
                : TensorData.Floats(t.Name, [values.LongLength], values))];
            progress = reader.Metadata["progress"];
        }

        SafeTensorsWriter.Write(
            TrainingCheckpoint.PathIn(folder),
            tensors,
            new Dictionary<string, string> { ["progress"] = (changeProgress ?? (p => p))(progress) }
        );
    }
}
