using LmModel.Tokenization;
using LmModel.Training;

namespace LmCli;

/// <summary>Makes the tokenizer of a corpus, the same for whoever reads it.</summary>
internal static class CorpusTokenizer
{
    /// <summary>Characters that a BPE's merges are learned from at most: more hardly change them, but their words fill memory.</summary>
    public const long MostLearnedFrom = 1 << 26;

    /// <param name="kind">A tokenizer's <see cref="Tokenizer.Kind"/>.</param>
    /// <param name="vocabulary">Tokens of a trained vocabulary.</param>
    /// <param name="split">
    /// Merges and words are those of what is trained on alone: no other text must have shaped what the network reads. Characters
    /// are those of all: one that only the held-out text has could not be scored.
    /// </param>
    /// <param name="cancellation">Ends the learning.</param>
    public static Tokenizer Make(string kind, int vocabulary, CorpusSplit split, CancellationToken cancellation) => kind switch
    {
        "bytes" => new ByteTokenizer(),
        "bpe" => BpeTokenizer.Train(split.Training.Sample(MostLearnedFrom), vocabulary, cancellation),
        "words" => WordTokenizer.FromCorpus(split.Training.Pieces(), vocabulary),
        _ => CharacterTokenizer.FromCorpus(split.All.Pieces()),
    };
}
