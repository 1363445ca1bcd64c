namespace KernelGen.Audio;

/// <summary>A segment that is not final yet. Times are seconds of the sound.</summary>
internal sealed class SegmentDraft
{
    /// <summary>Where the window begins that it is in, in frames.</summary>
    public required int WindowFrame { get; init; }

    /// <summary>Where it begins.</summary>
    public required double Start { get; set; }

    /// <summary>Where it ends.</summary>
    public required double End { get; set; }

    /// <summary>Its tokens, timestamps among them.</summary>
    public required int[] Tokens { get; set; }

    /// <summary>Its text.</summary>
    public required string Text { get; set; }

    /// <summary>What is known of the window.</summary>
    public required WindowText Window { get; init; }

    /// <summary>Its words, where they were asked for.</summary>
    public List<PlacedWord> Words { get; set; } = [];

    /// <summary>Where the last word of segments ends, or where there is none the last segment; <see langword="null"/> without segments.</summary>
    public static double? EndOf(List<SegmentDraft> segments)
    {
        for (int i = segments.Count - 1; i >= 0; i--)
        {
            if (segments[i].Words is [.., { } word])
            {
                return word.End;
            }
        }

        return segments is [.., { } last] ? last.End : null;
    }

    /// <summary>Takes away what has no length or says nothing.</summary>
    public void ClearWhereEmpty()
    {
        if (Start == End || string.IsNullOrWhiteSpace(Text))
        {
            Text = "";
            Tokens = [];
            Words = [];
        }
    }

    /// <summary>The segment as it is handed out, but for its number.</summary>
    public TranscriptSegment ToSegment() => new()
    {
        WindowStart = Times.Of((double)WindowFrame / WindowShape.FramesPerSecond),
        Start = Times.Of(Start),
        End = Times.Of(End),
        Text = Text,
        Tokens = [.. Tokens],
        Words = [.. Words.Select(static word => word.ToWord())],
        Temperature = Window.Temperature,
        AverageLogProbability = Window.AverageLogProbability,
        NoSpeechProbability = Window.NoSpeechProbability,
        CompressionRatio = Window.CompressionRatio,
    };
}
