namespace KernelGen.Audio;

/// <summary>Cuts the tokens of a window into segments where two timestamps follow each other, and says how much of the window they account for.</summary>
/// <param name="tokens">The tokens of the model.</param>
/// <param name="shape">The sizes of the model.</param>
internal sealed class SegmentSlicer(WhisperTokens tokens, WindowShape shape)
{
    /// <summary>Cuts a window.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="window">Where the window lies.</param>
    public WindowSegments Slice(WindowText text, WindowRange window)
    {
        ReadOnlySpan<int> written = text.Tokens.AsSpan();
        bool endsWithOneTimestamp = written.Length >= 2 && IsTimestamp(written[^1]) && !IsTimestamp(written[^2]);
        var segments = new List<SegmentDraft>();
        int start = 0;
        for (int end = 1; end < written.Length; end++)
        {
            if (IsTimestamp(written[end - 1]) && IsTimestamp(written[end]))
            {
                segments.Add(Segment(written[start..end], window, text));
                start = end;
            }
        }

        if (segments.Count > 0)
        {
            if (!endsWithOneTimestamp)
            {
                // What follows is not finished: the next window begins where it does.
                return new WindowSegments(segments, Position(written[start - 1]) * shape.FramesPerPosition, EndsWithOneTimestamp: false);
            }

            segments.Add(Segment(written[start..], window, text));
            return new WindowSegments(segments, window.Size, EndsWithOneTimestamp: true);
        }

        double duration = window.Duration;
        int last = written.Length - 1;
        while (last >= 0 && !IsTimestamp(written[last]))
        {
            last--;
        }

        if (last >= 0 && Position(written[last]) != 0)
        {
            duration = Position(written[last]) * shape.SecondsPerPosition;
        }

        segments.Add(Segment(written, window, window.Start, window.Start + duration, text));
        return new WindowSegments(segments, window.Size, endsWithOneTimestamp);
    }

    private bool IsTimestamp(int token) => token >= tokens.FirstTimestamp;

    private int Position(int timestamp) => timestamp - tokens.FirstTimestamp;

    private SegmentDraft Segment(ReadOnlySpan<int> slice, WindowRange window, WindowText text) => Segment(
        slice,
        window,
        IsTimestamp(slice[0]) ? window.Start + (Position(slice[0]) * shape.SecondsPerPosition) : window.Start,
        window.Start + (Position(slice[^1]) * shape.SecondsPerPosition),
        text);

    private SegmentDraft Segment(ReadOnlySpan<int> slice, WindowRange window, double start, double end, WindowText text)
    {
        int[] all = slice.ToArray();
        return new SegmentDraft
        {
            WindowFrame = window.FirstFrame,
            Start = start,

            // Times go backwards, or are missing, only where no rule holds them, as in text that was asked for without any.
            End = Math.Max(start, end),
            Tokens = all,
            Text = tokens.Decode(Array.FindAll(all, token => token < tokens.End)),
            Window = text,
        };
    }
}
