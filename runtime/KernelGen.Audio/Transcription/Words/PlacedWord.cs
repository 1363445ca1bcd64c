namespace KernelGen.Audio;

/// <summary>A word and its place in the sound, not final yet. Times are seconds.</summary>
internal sealed class PlacedWord
{
    /// <summary>The word, with the space before it and the punctuation that belongs to it. Empty where it has become part of another.</summary>
    public required string Text { get; set; }

    /// <summary>How many tokens it has.</summary>
    public required int TokenCount { get; set; }

    /// <summary>Where it begins.</summary>
    public required double Start { get; set; }

    /// <summary>Where it ends.</summary>
    public required double End { get; set; }

    /// <summary>The mean of the probabilities of its tokens.</summary>
    public required double Probability { get; init; }

    /// <summary>How long it takes.</summary>
    public double Duration => End - Start;

    /// <summary>The word as it is handed out.</summary>
    public TranscriptWord ToWord() => new(Text, Times.Of(Start), Times.Of(End), Probability);
}
