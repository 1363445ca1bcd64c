using KernelGen.Execution;
using KernelGen.Numerics;

namespace KernelGen.Decoding;

/// <summary>
/// Beam search as OpenAI's Whisper defines it (<c>BeamSearchDecoder</c> and <c>MaximumLikelihoodRanker</c> in <c>whisper/decoding.py</c>): see
/// <see cref="SearchDefinition.OpenAI"/>.
/// </summary>
internal sealed class OpenAIBeamSearch : KernelGenBeamSearch
{
    private int[] _found = [];
    private int _wanted;

    /// <inheritdoc/>
    public override void Begin(Engine engine, int sources, SearchSettings settings)
    {
        base.Begin(engine, sources, settings);
        _wanted = (int)Math.Round(settings.BeamSize * settings.Options.Patience);
        ReusedArray.Take(ref _found, sources);
    }

    /// <inheritdoc/>
    public override void Start(Engine engine, int source, int index, ReadOnlySpan<int> tokens, in SearchSettings settings)
    {
        base.Start(engine, source, index, tokens, settings);
        _found[source] = 0;
    }

    /// <inheritdoc/>
    protected override bool FinishRanked(int source, int rank, in LiveHypothesis candidate, FinishReason reason)
    {
        if (!HasFoundAll(source))
        {
            _found[source]++;
            Finish(source, Scored(candidate, reason));
        }

        return false;
    }

    /// <inheritdoc/>
    protected override bool HasEnough(int source, in LiveHypothesis best) => HasFoundAll(source);

    /// <inheritdoc/>
    protected override void FinishLongest(int source, ReadOnlySpan<LiveHypothesis> children)
    {
        // The best live ones, as many as are needed for a beam.
        foreach (ref readonly LiveHypothesis child in children)
        {
            if (_found[source]++ < Width)
            {
                Finish(source, Scored(child, FinishReason.Length));
            }
        }
    }

    private bool HasFoundAll(int source) => _found[source] >= _wanted;

    private FinishedHypothesis Scored(in LiveHypothesis candidate, FinishReason reason)
    {
        int tokens = reason == FinishReason.EndToken ? Length - 1 : Length;
        double normalizer = Settings.LengthPenalty == 1 ? Math.Max(tokens, 1) : DeterministicMath.Exp(Settings.LengthPenalty * DeterministicMath.Log((5 + tokens) / 6.0));
        return new FinishedHypothesis(candidate.LogProbability / normalizer, Length - 1, candidate.Parent, reason, candidate.Token, candidate.TokenLogProbability);
    }
}
