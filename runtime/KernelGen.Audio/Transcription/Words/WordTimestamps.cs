using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>Gives segments their words, each with its times, and the segments those of their words.</summary>
internal sealed class WordTimestamps
{
    private readonly WhisperTokens _tokens;
    private readonly TranscriptionOptions _options;
    private readonly WordAligner _aligner;

    /// <param name="model">The model.</param>
    /// <param name="tokens">Its tokens.</param>
    /// <param name="heads">The heads that look at what is being said.</param>
    /// <param name="options">The options of the call.</param>
    /// <param name="language">The code of the language.</param>
    public WordTimestamps(IWindowModel model, WhisperTokens tokens, ImmutableArray<AttentionHead> heads, TranscriptionOptions options, string language)
    {
        _tokens = tokens;
        _options = options;
        _aligner = new WordAligner(model, tokens, heads, options, language);
    }

    /// <summary>Gives the segments of a window their words.</summary>
    /// <param name="segments">The segments.</param>
    /// <param name="encoded">The window.</param>
    /// <param name="window">Where it lies.</param>
    /// <param name="lastSpeech">Where the last word before it ends, in seconds.</param>
    /// <param name="call">How to work.</param>
    public void Add(List<SegmentDraft> segments, IEncodedWindow encoded, WindowRange window, double lastSpeech, ModelCall call)
    {
        int[][] texts = [.. segments.Select(segment => Array.FindAll(segment.Tokens, token => token < _tokens.End))];
        List<PlacedWord> words = _aligner.Align(texts.SelectMany(static text => text).ToArray(), encoded, window.Size, call);
        var durations = new WordDurations(words);
        durations.ShortenAtSentenceEnds(words);
        PunctuationMerging.Merge(words, _options.PrependedPunctuation, _options.AppendedPunctuation);
        int next = 0;
        for (int i = 0; i < segments.Count; i++)
        {
            SegmentDraft segment = segments[i];
            segment.Words = Take(words, ref next, texts[i].Length, window.Start);
            if (segment.Words.Count == 0)
            {
                continue;
            }

            durations.ShortenAfterPause(segment.Words, lastSpeech);
            durations.FitToSegment(segment);
            lastSpeech = segment.End;
        }
    }

    /// <summary>Takes words until they have as many tokens as a segment. A word that the segment's end cuts belongs to it whole.</summary>
    private static List<PlacedWord> Take(List<PlacedWord> words, ref int next, int tokenCount, double windowStart)
    {
        var taken = new List<PlacedWord>();
        for (int count = 0; next < words.Count && count < tokenCount; next++)
        {
            PlacedWord word = words[next];
            count += word.TokenCount;
            if (word.Text.Length > 0)
            {
                word.Start = Math.Round(windowStart + word.Start, 2);
                word.End = Math.Round(windowStart + word.End, 2);
                taken.Add(word);
            }
        }

        return taken;
    }
}
