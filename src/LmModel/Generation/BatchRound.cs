using LmModel.Inference;
using LmModel.Sampling;

namespace LmModel.Generation;

/// <summary>
/// Runs one turn for each generation of a round: plans, forms batches, steps the model, and lets each generation
/// continue from its logits. A generation takes one row of a batch, and a search one for each hypothesis of its turn.
/// It runs on the decode thread, except that drawing also uses the threads of the model. A token of a text allocates
/// nothing.
/// </summary>
/// <remarks>
/// <code>
/// a batch   text  text  prompt's end │ prompt  prompt
/// T           1     1        1       │    2       2
/// logits      ✓     ✓        ✓       │
/// </code>
/// Sequences that need logits come first; the middle of a prompt does not cost any.
/// </remarks>
internal sealed class BatchRound : IDisposable
{
    private readonly IStepModel _model;
    private readonly GenerationEngineOptions _options;
    private readonly AdmissionQueue _admission;
    private readonly PrefixCache _cache;
    private readonly int _interval;
    private readonly List<(ActiveGeneration Generation, int Row)> _batch = []; // (B)
    private readonly int[] _lengths; // (B)
    private readonly RecurrentState[] _states; // (B)
    private readonly float[] _logits; // (B, V), of which R rows are filled
    private readonly int[] _tokens; // (ΣT)
    private readonly ThreadLocal<Candidates> _candidates;
    private readonly Action<int> _accept;
    private int _rows; // R

    public BatchRound(IStepModel model, GenerationEngineOptions options, AdmissionQueue admission)
    {
        (_model, _options, _admission) = (model, options, admission);
        _cache = new PrefixCache(options.PrefixCacheBytes);
        _interval = options.PrefixCacheBytes == 0 ? int.MaxValue : options.PrefixCacheInterval;
        var batch = Math.Clamp(model.MaxInvariantBatch, 1, options.MaxActive);
        _candidates = new ThreadLocal<Candidates>(() => new Candidates(model.VocabularySize));
        _accept = Accept;
        _lengths = new int[batch];
        _states = new RecurrentState[batch];
        _logits = new float[batch * model.VocabularySize];
        _tokens = new int[batch + options.MaxRoundPromptTokens];
    }

    /// <summary>The generations that have a turn, in the order in which they became active.</summary>
    public List<ActiveGeneration> Generations { get; } = [];

    /// <summary>Runs a turn of each generation and clears <see cref="Generations"/>.</summary>
    public void Step()
    {
        Plan();
        StepThose(wantLogits: true);
        StepThose(wantLogits: false);
        StepBatch();
        Generations.Clear();
    }

    public void Dispose() => _candidates.Dispose();

    private void Plan()
    {
        var prompts = 0;
        foreach (var generation in Generations)
        {
            LookUp(generation);
            prompts += generation.Sequence.ReadsSlices ? 1 : 0;
        }

        var slice = Slice(prompts, Generations.Count - prompts);
        foreach (var generation in Generations)
        {
            // A slice of a prompt ends at each position whose state is kept.
            var sequence = generation.Sequence;
            sequence.Plan(
                sequence.IsSearching ? slice : Math.Min(slice, _interval - (sequence.PromptRead % _interval)));
            generation.RowsLeft = sequence.Rows;
        }
    }

    /// <summary>
    /// Tokens that each prompt and each search reads in this round; a text and an echoed prompt read one.
    /// </summary>
    /// <remarks>
    /// The more prompts there are, the more they read together, up to the limit for which texts may wait. With M other
    /// generations, a prompt has been read after at most M + 1 times its own work.
    /// </remarks>
    private int Slice(int prompts, int texts)
    {
        var most = texts == 0 ? int.MaxValue : _options.PromptSlice;
        return Math.Clamp(_options.MaxRoundPromptTokens / Math.Max(1, prompts), 1, most);
    }

    private void LookUp(ActiveGeneration generation)
    {
        var sequence = generation.Sequence;
        if (sequence.IsNew
            && !sequence.ReadsWholePrompt
            && _cache.Find(generation.Partition, sequence.Prefix) is { } known)
        {
            sequence.GoOnFrom(known.State!, known.Length);
            generation.Prefix = known;
        }
    }

    /// <summary>Stores the state after a prompt and at the interval, before the text changes it.</summary>
    private void StorePrefix(ActiveGeneration generation)
    {
        var sequence = generation.Sequence;
        var read = sequence.PromptRead + sequence.TurnLength;
        if (sequence.PromptLeft > 0
            && read <= sequence.Prefix.Length
            && (read == sequence.Prefix.Length || read % _interval == 0))
        {
            generation.Prefix = _cache.Add(
                generation.Partition, generation.Prefix, sequence.Prefix[..read], sequence.State);
        }
    }

    private void StepThose(bool wantLogits)
    {
        foreach (var generation in Generations)
        {
            if (generation.Sequence.WantsLogits != wantLogits)
            {
                continue;
            }

            if (_admission.Closed)
            {
                break;
            }

            if (generation.CancelRequested)
            {
                _admission.Leave(generation);
                generation.EndCancelled();
                continue;
            }

            for (var row = 0; row < generation.Sequence.Rows; row++)
            {
                _batch.Add((generation, row));
                if (_batch.Count == _states.Length)
                {
                    StepBatch();
                }
            }
        }
    }

    private void StepBatch()
    {
        if (_batch.Count > 0)
        {
            Advance();
            Settle();

            // An idle engine must not keep ended generations alive.
            Array.Clear(_states);
            _batch.Clear();
        }
    }

    private void Advance()
    {
        var (size, rows, sum, width) = (_batch.Count, 0, 0, _model.VocabularySize); // B, R, ΣT, V
        for (var i = 0; i < size; i++)
        {
            var (sequence, row) = (_batch[i].Generation.Sequence, _batch[i].Row);
            sequence.TurnOf(row).CopyTo(_tokens.AsSpan(sum));
            (_lengths[i], _states[i]) = (sequence.TurnLength, sequence.StateOf(row));
            sum += sequence.TurnLength;
            rows += sequence.WantsLogits ? 1 : 0;
        }

        try
        {
            _model.Advance(
                _tokens.AsSpan(0, sum),
                _lengths.AsSpan(0, size),
                _states.AsSpan(0, size),
                _logits.AsSpan(0, rows * width));
        }
        catch (Exception e)
        {
            // All of them end, because their states may be partially written.
            foreach (var (generation, _) in _batch)
            {
                generation.Fail(e);
            }

            return;
        }

        _options.Stepped?.Invoke(size, sum);
        foreach (var (generation, _) in _batch)
        {
            StorePrefix(generation);
        }

        _rows = rows;
        _model.Share(size, _accept);
    }

    private void Accept(int item)
    {
        var width = _model.VocabularySize;
        var (generation, row) = _batch[item];
        generation.Accept(row, item < _rows ? _logits.AsSpan(item * width, width) : [], _candidates.Value!);
    }

    /// <summary>Ends the turns of the batch whose rows have all been stepped, and frees the places of ended
    /// generations; a place is free before the end of its generation is visible.</summary>
    private void Settle()
    {
        foreach (var (generation, _) in _batch)
        {
            if (--generation.RowsLeft > 0)
            {
                continue;
            }

            generation.EndTurn();
            if (generation.Failure is not null || generation.Sequence.Done is not null)
            {
                _admission.Leave(generation);
                generation.End(generation.Failure);
            }
        }
    }
}
