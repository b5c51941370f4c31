using LmModel.Corpora;
using LmModel.Evaluation.Ngrams;
using LmModel.Tokenization;

namespace LmModel.Evaluation.Samples;

/// <summary>All measures of samples, in the order in which they are shown.</summary>
internal static class SampleMeasures
{
    /// <param name="tokenizer">Of the model, in whose tokens n-grams are counted.</param>
    /// <param name="training">What the model has read; null leaves out what needs it.</param>
    /// <param name="mostCounted">Characters of it in which n-grams are counted at most, spread evenly.</param>
    /// <param name="heldOut">On which the best n-gram is chosen.</param>
    /// <param name="cancellation">Stops the counting.</param>
    public static IReadOnlyList<ISampleMeasure> For(
        Tokenizer tokenizer, CorpusText? training, long mostCounted, string heldOut, CancellationToken cancellation)
    {
        var measures = new List<ISampleMeasure>();
        if (training is not null)
        {
            var known = new KnownWords(training, cancellation);
            measures.Add(WordMeasures.UnknownTo(known));
            measures.Add(WordMeasures.UnknownLowerCaseTo(known));
        }

        measures.Add(WordMeasures.RepeatedNgrams(4));
        measures.Add(WordMeasures.DistinctNgrams(1));
        measures.Add(WordMeasures.DistinctNgrams(2));
        measures.Add(QuoteBalance.Measure);
        measures.Add(PronounAgreement.Measure);
        measures.Add(NameMeasures.Returning);
        if (training is not null)
        {
            var counts = new NgramCounts(NgramBaseline.DefaultOrder, tokenizer.VocabularySize);
            counts.Add(tokenizer.Encode(string.Concat(training.Sample(mostCounted)), cancellation), cancellation);
            var best = NgramBaseline.Best(NgramBaseline.Measure(
                counts, tokenizer, tokenizer.Encode(heldOut, cancellation), cancellation));
            measures.Add(new NgramLoss(counts, tokenizer, best));
            measures.Add(new CopiedPassages(training));
            measures.Add(new StrayNames(training));
        }

        return measures;
    }
}
