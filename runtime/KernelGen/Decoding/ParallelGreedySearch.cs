using KernelGen.Execution;

namespace KernelGen.Decoding;

/// <summary>
/// Greedy search for one source that checks several guessed tokens in one pass: Jacobi decoding (Santilli et al. 2023, "Accelerating Transformer Inference
/// for Translation via Parallel Decoding").
/// </summary>
/// <remarks>
/// The rows of a pass have the bits of steps taken one by one, as long as the tokens before them are the target's. So the model's choice in the first row
/// is the next token; the choice in the second row is the one after it if the first guess was that token; and so on up to the first wrong guess, whose
/// place the right token takes. The cache is then cut back to what is right.
/// </remarks>
internal static class ParallelGreedySearch
{
    /// <summary>The most tokens in a pass.</summary>
    public const int MaxRows = 8;

    /// <summary>The most tokens that a drafter decodes at once.</summary>
    public const int MaxDraftRows = Workspace.DraftRows;

    /// <summary>Whether a search may be run here: greedy, for one source, with no rule for its tokens.</summary>
    public static bool Serves(Engine engine, int sources, SearchSettings settings) =>
        sources == 1 && settings.BeamSize == 1 && settings.Options.Sampling is null && settings.Options.VocabularyMap is null && !LogitRules.AreAskedFor(settings.Options) && Drafting.Of(engine).IsFor(settings.Options.ParallelGreedy);

    /// <summary>Generates the target that has begun; token by token as long as there is nothing to guess with.</summary>
    public static void Run(Engine engine, Workspace workspace, SearchSettings settings)
    {
        if (Drafting.Of(engine).TryHold(settings.Options.ParallelGreedy) is { } drafter)
        {
            try
            {
                Run(engine, workspace, settings, drafter);
            }
            finally
            {
                Drafting.Of(engine).Release();
            }

            return;
        }

        GreedySearch greedy = workspace.State<GreedySearch>();
        while (!greedy.IsDone)
        {
            greedy.Step(engine, workspace);
            workspace.Measurement.Stepped();
        }

        Drafting.Of(engine).Count(greedy.Tokens(0).Length + 1);
    }

    /// <summary>Generates the target that has begun, with guesses of any kind.</summary>
    public static void Run(Engine engine, Workspace workspace, SearchSettings settings, IDrafter drafter)
    {
        Span<int> tokens = stackalloc int[MaxRows];
        Span<int> best = stackalloc int[MaxRows];
        Span<float> logProbabilities = stackalloc float[MaxRows];
        Span<int> count = stackalloc int[1];
        ReadOnlySpan<int> live = [0];
        GreedySearch greedy = workspace.State<GreedySearch>();
        ref Sequence sequence = ref workspace.Sequences[0];
        while (!greedy.IsDone)
        {
            int start = sequence.TargetLength;
            tokens[0] = greedy.LastToken;
            int rows = 1 + drafter.Guess(workspace, tokens[..Math.Min(MaxRows, settings.MaxLength - start)], out int drafted);
            sequence.TargetLength = start;
            count[0] = rows;
            engine.Decode(workspace, tokens[..rows], live, count);
            Choose(engine, workspace, settings, drafted, best[..rows], logProbabilities);

            int right = 0;
            do
            {
                greedy.Append(best[right], logProbabilities[right]);
                right++;
            }
            while (!greedy.IsDone && right < rows && tokens[right] == best[right - 1]);

            workspace.Measurement.Stepped();
            sequence.TargetLength = start + right;
            drafter.Learn(tokens[..right], best[..right], rows == 1 ? null : tokens[1] == best[0]);
        }
    }

    /// <summary>The best token of each row, and its log-probability where it is asked for.</summary>
    private static void Choose(Engine engine, Workspace workspace, SearchSettings settings, int drafted, Span<int> best, Span<float> logProbabilities)
    {
        if (!settings.NeedsLogProbabilities)
        {
            engine.BestTokens(workspace, best.Length, drafted, best);
            return;
        }

        engine.ProjectAllowed(workspace, best.Length);
        for (int row = 0; row < best.Length; row++)
        {
            best[row] = engine.BestOfAll(workspace, row);
            if (best[row] == NonFiniteLogits.NoToken)
            {
                continue;
            }

            (float maximum, float sum) = engine.SumOfExponentials(workspace, row);
            float logit = engine.Logits(workspace, row)[best[row]];
            logProbabilities[row] = LogSoftmax.Of(logit, maximum, sum);
        }
    }
}
