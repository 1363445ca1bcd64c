using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>Finds where in a window the words of a text are, from what the decoder looks at while it reads them. An estimate: nothing was trained for it.</summary>
/// <param name="model">The model.</param>
/// <param name="tokens">Its tokens.</param>
/// <param name="heads">The heads that look at what is being said.</param>
/// <param name="options">The options of the call.</param>
/// <param name="language">The code of the language.</param>
internal sealed class WordAligner(IWindowModel model, WhisperTokens tokens, ImmutableArray<AttentionHead> heads, TranscriptionOptions options, string language)
{
    /// <summary>The most heads that are asked for at once. Large models of which nothing is known have hundreds, whose attention would take as many megabytes.</summary>
    private const int MostHeads = 32;

    private readonly ImmutableArray<int> _start = tokens.StartSequence(language, options.Task);
    private readonly WordSplitter _splitter = new(tokens);

    /// <summary>Places the words of a text.</summary>
    /// <param name="text">The tokens of the text, without timestamps.</param>
    /// <param name="window">The window.</param>
    /// <param name="frames">How many of its frames belong to the sound.</param>
    /// <param name="call">How to work.</param>
    /// <returns>The words, with times from the beginning of the window.</returns>
    public List<PlacedWord> Align(ReadOnlySpan<int> text, IEncodedWindow window, int frames, ModelCall call)
    {
        if (text.IsEmpty)
        {
            return [];
        }

        // No text is so long that was written within the limits; what is longer has no times.
        text = text[..Math.Min(text.Length, model.Shape.MaximumTargetLength - _start.Length - 2)];
        ImmutableArray<int> target = [.. _start, tokens.NoTimestamps, .. text, tokens.End];
        int positions = Math.Clamp(frames / model.Shape.FramesPerPosition, 1, model.Shape.Positions);
        var matrix = new AttentionMatrix(target.Length, positions);
        float[] probabilities = [];
        for (int first = 0; first < heads.Length; first += MostHeads)
        {
            ImmutableArray<AttentionHead> some = heads[first..Math.Min(heads.Length, first + MostHeads)];
            var request = new AlignmentRequest { Tokens = target, FirstText = _start.Length + 1, TextLimit = tokens.End, Heads = some };
            WindowAlignment alignment = model.Align(window, request, call);
            matrix.Add(alignment.Attention, some.Length);
            probabilities = alignment.Probabilities;
        }

        double[] times = StepTimes(matrix.Mean().AsSpan(_start.Length * positions, (text.Length + 1) * positions), text.Length + 1, positions);
        return Place(text, times, probabilities);
    }

    /// <summary>The second at which the path through a matrix comes to each row.</summary>
    private double[] StepTimes(Span<float> matrix, int rows, int positions)
    {
        for (int i = 0; i < matrix.Length; i++)
        {
            matrix[i] = -matrix[i];
        }

        AlignmentPath path = DynamicTimeWarping.Find(matrix, rows, positions);
        double[] times = new double[rows];
        for (int i = path.Rows.Length - 1; i >= 0; i--)
        {
            times[path.Rows[i]] = path.Columns[i] * model.Shape.SecondsPerPosition;
        }

        return times;
    }

    private List<PlacedWord> Place(ReadOnlySpan<int> text, ReadOnlySpan<double> times, ReadOnlySpan<float> probabilities)
    {
        var placed = new List<PlacedWord>();
        int first = 0;
        foreach (WordTokens word in _splitter.Split([.. text, tokens.End], language))
        {
            int end = first + word.Tokens.Length;
            if (end > text.Length)
            {
                break;
            }

            double sum = 0;
            foreach (float probability in probabilities[first..end])
            {
                sum += probability;
            }

            placed.Add(new PlacedWord
            {
                Text = word.Text,
                TokenCount = word.Tokens.Length,
                Start = times[first],
                End = times[end],
                Probability = sum / word.Tokens.Length,
            });
            first = end;
        }

        return placed;
    }
}
