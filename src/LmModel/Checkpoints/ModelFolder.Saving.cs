using System.Text;
using LmModel.Audits;
using LmModel.Guard;
using LmModel.Networks;
using LmModel.Quantization;
using LmModel.Sampling;
using LmModel.Tokenization;
using LmModel.Units;

namespace LmModel.Checkpoints;

internal sealed partial class ModelFolder
{
    /// <summary>
    /// Writes all files, each of them atomically, and creates the folder if it does not exist. An existing
    /// <c>precision.json</c>, <c>units.json</c>, <c>audit.json</c>, <c>verbatim.filter</c> or
    /// <c>generation_config.json</c> is removed, because it was made for the previous weights. A
    /// <c>chat_template.txt</c> stays: it is about the form of the text.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The vocabulary of the tokenizer does not match the weights; nothing was written.
    /// </exception>
    public static void Save(string path, Tokenizer tokenizer, NetworkWeights weights, string card)
    {
        var config = weights.Config;
        if (tokenizer.VocabularySize != config.VocabularySize)
        {
            throw new ArgumentException(
                $"The tokenizer has {tokenizer.VocabularySize} tokens, vocabulary_size is {config.VocabularySize}.",
                nameof(tokenizer));
        }

        var tensors = weights.Named.Select(p => TensorData.Floats(p.Name, p.Shape, p.Values)).ToList();
        string File(string name) => System.IO.Path.Combine(path, name);

        Directory.CreateDirectory(path);
        DeleteMeasured(path);
        System.IO.File.Delete(File(DefaultsName));
        AtomicFile.Write(File(ConfigName), stream => ConfigFile.Write(stream, config));
        AtomicFile.Replace(File(TokenizerName), temporary => TokenizerFile.Save(tokenizer, temporary));
        AtomicFile.Write(File(CardName), stream => stream.Write(Encoding.UTF8.GetBytes(card)));
        // Written last, so that a new folder that has weights is complete.
        SafeTensorsWriter.Write(File(WeightsName), tensors, SafeTensorsWriter.PyTorchMetadata);
    }

    /// <summary>
    /// Writes the weights again with matrices in bf16, rounded to nearest even, and biases in fp32. What was measured for
    /// the old weights is removed: <c>precision.json</c>, <c>units.json</c>, <c>audit.json</c> and
    /// <c>verbatim.filter</c>.
    /// </summary>
    /// <returns>The folder with the new weights.</returns>
    public ModelFolder StoreInBf16()
    {
        var tensors = ReadWeights().Named.Select(p => p.Shape.Length > 1
            ? TensorData.BrainFloats(p.Name, p.Shape, p.Values)
            : TensorData.Floats(p.Name, p.Shape, p.Values));
        DeleteMeasured(Path);
        SafeTensorsWriter.Write(
            System.IO.Path.Combine(Path, WeightsName), [.. tensors], SafeTensorsWriter.PyTorchMetadata);
        return Open(Path);
    }

    /// <summary>Replaces <c>precision.json</c>.</summary>
    /// <exception cref="ArgumentException">The report is invalid, or was measured for other weights; nothing was
    /// written.</exception>
    public void SavePrecision(PrecisionReport report) => PrecisionFiles.Write(Path, WeightsSha256, report);

    /// <summary>Replaces <c>units.json</c>.</summary>
    /// <exception cref="ArgumentException">The report is invalid, or was measured for other weights; nothing was
    /// written.</exception>
    public void SaveUnits(UnitReport report) => UnitFiles.Write(Path, WeightsSha256, report);

    /// <summary>Replaces <c>audit.json</c>.</summary>
    /// <exception cref="ArgumentException">The report is invalid, or was measured for other weights; nothing was
    /// written.</exception>
    public void SaveAudit(AuditReport report) => AuditFiles.Write(Path, WeightsSha256, report);

    /// <summary>Replaces <c>verbatim.filter</c>.</summary>
    public void SaveGuard(VerbatimFilter filter) => AtomicFile.Write(
        System.IO.Path.Combine(Path, GuardName), stream => VerbatimFilterFile.Write(stream, filter));

    /// <summary>Replaces <c>generation_config.json</c>.</summary>
    public void SaveDefaults(GenerationDefaults defaults) => AtomicFile.Write(
        System.IO.Path.Combine(Path, DefaultsName), stream => GenerationConfigFile.Write(stream, defaults));

    /// <summary>Removes what holds for the weights of a folder only.</summary>
    private static void DeleteMeasured(string path)
    {
        PrecisionFiles.Delete(path);
        UnitFiles.Delete(path);
        AuditFiles.Delete(path);
        AuditPages.Delete(path);
        File.Delete(System.IO.Path.Combine(path, GuardName));
    }

    /// <summary>Replaces the model card.</summary>
    public void SaveCard(string card) =>
        AtomicFile.Write(System.IO.Path.Combine(Path, CardName), stream => stream.Write(Encoding.UTF8.GetBytes(card)));
}
