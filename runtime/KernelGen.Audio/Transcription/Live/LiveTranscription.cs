using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace KernelGen.Audio;

/// <summary>
/// Transcribes one live sound: reads so much of it as the next pass needs, cuts it at pauses, has what is not final heard again, and forgets what is final.
/// </summary>
internal sealed class LiveTranscription
{
    /// <summary>So much silence before speech is kept, by which a detector tells one from the other.</summary>
    public static readonly TimeSpan SilenceBefore = TimeSpan.FromSeconds(2);

    /// <summary>A pass may take so much less time than the sound before the next one, so that what has been left behind is caught up with.</summary>
    private const double Slack = 1.25;

    /// <summary>The most words before the sound that is kept that the model is shown.</summary>
    private const int MostWordsBefore = 200;

    private readonly ILivePass _pass;
    private readonly TranscriptionOptions _options;
    private readonly LiveTranscriptionOptions _live;
    private readonly TimeProvider _time;
    private readonly UtteranceFinder _utterances;
    private readonly LiveSegments _segments;
    private readonly SampleBuffer _sound;
    private readonly int _capacity;
    private readonly int _interval;
    private readonly List<TranscriptWord> _wordsBefore = [];

    /// <summary>What is certain of the utterance that has begun, and where it begins; <see langword="null"/> in silence.</summary>
    private IWordAgreement? _agreement;
    private long? _begun;

    /// <summary>The last pass, and where the sound ended that it heard.</summary>
    private HeardWords? _heard;
    private long _heardUntil;

    private string? _language;
    private ImmutableArray<TranscriptWord> _lastPartial = [];

    /// <param name="pass">What hears the sound.</param>
    /// <param name="options">How each pass transcribes, checked.</param>
    /// <param name="live">How often, checked.</param>
    /// <param name="language">The code of the language, or <see langword="null"/> where the model is to tell it.</param>
    /// <param name="window">The longest sound that the model hears at once.</param>
    /// <param name="time">What time it is.</param>
    public LiveTranscription(ILivePass pass, TranscriptionOptions options, LiveTranscriptionOptions live, string? language, TimeSpan window, TimeProvider time)
    {
        _pass = pass;
        _options = options;
        _live = live;
        _language = language;
        _time = time;
        _capacity = Samples(window);
        _interval = Samples(live.Interval);
        _sound = new SampleBuffer(_capacity);
        _utterances = new UtteranceFinder(options.VoiceActivity?.Invoke(), Samples(live.Pause));
        _segments = new LiveSegments(window);
    }

    /// <summary>Transcribes the sound. Once only.</summary>
    /// <param name="audio">The sound.</param>
    /// <param name="cancellation">Ends it.</param>
    public async IAsyncEnumerable<LiveTranscript> RunAsync(
        IAsyncEnumerable<ReadOnlyMemory<float>> audio, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var input = new LiveInput(audio, _live.SampleRate, cancellation);
        await using (input.ConfigureAwait(false))
        {
            int wanted = _interval;
            bool isEnd = false;
            while (!isEnd)
            {
                isEnd = !await input.ReadAsync(_sound, Math.Min(wanted, _capacity - _sound.Length), cancellation).ConfigureAwait(false);
                cancellation.ThrowIfCancellationRequested();
                long before = _time.GetTimestamp();
                foreach (LiveTranscript update in await Task.Run(() => Hear(isEnd, cancellation), cancellation).ConfigureAwait(false))
                {
                    yield return update;
                }

                // The time of whoever reads the updates counts, too: the sound does not wait.
                TimeSpan taken = _time.GetElapsedTime(before);
                wanted = _live.KeepsUp && taken * Slack > _live.Interval ? (int)Math.Min(_capacity, Samples(taken * Slack)) : _interval;
            }

            input.ThrowIfFailed();
        }
    }

    private static int Samples(TimeSpan time) => (int)Math.Min(int.MaxValue, SampleAt(time));

    private static long SampleAt(TimeSpan time) => SampleTime.SampleAt(time, LogMelSpectrogram.SampleRate);

    private static TimeSpan TimeOf(long sample) => new SpeechSpan(sample, sample).StartTime(LogMelSpectrogram.SampleRate);

    /// <summary>Hears what is new.</summary>
    private List<LiveTranscript> Hear(bool isEnd, CancellationToken cancellation)
    {
        var updates = new List<LiveTranscript>();
        IReadOnlyList<Utterance> utterances = _utterances.Find(_sound, _begun, _heardUntil, isEnd);
        if (_begun is not null && (utterances.Count == 0 || utterances[0].Start != _begun))
        {
            // A pause has come where what is final was cut off.
            EndUtterance([], updates);
        }

        long silentFrom = _sound.Start;
        foreach (Utterance utterance in utterances)
        {
            LiveWords words = Hear(utterance, cancellation);
            if (!utterance.HasEnded)
            {
                Tell(words.Final, words.Tentative, isEnd: false, updates);
                Keep(words.KeepFrom);
                return updates;
            }

            EndUtterance(words.Final, updates);
            silentFrom = utterance.End;
        }

        _sound.ForgetBefore(Math.Max(silentFrom, _sound.End - Samples(SilenceBefore)));
        return updates;
    }

    /// <summary>Hears an utterance as far as it goes.</summary>
    private LiveWords Hear(Utterance utterance, CancellationToken cancellation)
    {
        bool isNew = _begun is null;
        _begun ??= utterance.Start;
        _agreement ??= _pass.Agree(_live.LongestSound, TimeOf(utterance.Start));
        if (!isNew && utterance.End <= _heardUntil)
        {
            // The last pass heard all of it, and the beginning of the pause.
            return new LiveWords([], [], TimeOf(utterance.Start));
        }

        long start = utterance.Start;
        var final = ImmutableArray.CreateBuilder<TranscriptWord>();
        while (_agreement is OrderAgreement inOrder && inOrder.PlaceToCut(_sound[start, utterance.End].Span) is { } length)
        {
            long place = start + length;
            final.AddRange(inOrder.Cut(Hear(start, place, cancellation), TimeOf(place)));
            start = place;
        }

        LiveWords words = _agreement.Add(Hear(start, utterance.End, cancellation), TimeOf(utterance.End));
        final.AddRange(words.Final);
        return words with { Final = final.ToImmutable() };
    }

    private ImmutableArray<TranscriptWord> Hear(long start, long end, CancellationToken cancellation)
    {
        _heard = _pass.Hear(_sound[start, end], TimeOf(start), _language, Prompt(), cancellation);
        _heardUntil = end;
        return _heard.Words;
    }

    /// <summary>Makes all words of the utterance final that has begun.</summary>
    private void EndUtterance(ImmutableArray<TranscriptWord> final, List<LiveTranscript> updates)
    {
        Tell([.. final, .. _agreement!.Flush().Final], [], isEnd: true, updates);
        _agreement = null;
        _begun = null;
    }

    /// <summary>Adds an update, where there is anything new to tell.</summary>
    private void Tell(ImmutableArray<TranscriptWord> final, ImmutableArray<TranscriptWord> partial, bool isEnd, List<LiveTranscript> updates)
    {
        var segments = ImmutableArray.CreateBuilder<TranscriptSegment>();
        ImmutableArray<TranscriptWord> words = _segments.Add(final, _heard, isEnd, segments);
        _wordsBefore.AddRange(words);
        _wordsBefore.RemoveRange(0, Math.Max(0, _wordsBefore.Count - MostWordsBefore));
        if (!words.IsEmpty)
        {
            _language ??= _heard?.Language;
        }

        if (words.IsEmpty && segments.Count == 0 && partial.SequenceEqual(_lastPartial))
        {
            return;
        }

        _lastPartial = partial;
        string language = _language ?? _heard?.Language ?? "";
        updates.Add(new LiveTranscript
        {
            Words = words,
            Segments = [.. segments.Select(segment => segment with { Language = language })],
            Pending = _segments.Pending,
            Partial = partial,
            Language = language,
            Duration = TimeOf(_sound.End),
        });
    }

    /// <summary>Forgets the sound before a time, or before the silence that is kept in front of the utterance.</summary>
    private void Keep(TimeSpan from)
    {
        long first = SampleAt(from);
        if (first > _begun)
        {
            _begun = first;
            _sound.ForgetBefore(first);
        }
        else
        {
            _sound.ForgetBefore(_begun!.Value - Samples(SilenceBefore));
        }
    }

    /// <summary>What the model is shown as said before, or <see langword="null"/>.</summary>
    private string? Prompt()
    {
        TimeSpan start = TimeOf(_begun!.Value);
        TranscriptWord[] before = [.. _wordsBefore.TakeWhile(word => word.End <= start)];
        string? initial = before.Length == 0 || _options.CarryInitialPrompt ? _options.InitialPrompt : null;
        return _options.ConditionOnPreviousText && before.Length > 0 ? initial + string.Concat(before.Select(static word => word.Text)) : initial;
    }
}
