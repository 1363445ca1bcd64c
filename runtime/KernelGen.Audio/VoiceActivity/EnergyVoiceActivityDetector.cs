using KernelGen.Numerics;

namespace KernelGen.Audio;

/// <summary>
/// Tells speech by its loudness over the noise around it. This is an estimate: music and noise that come and go are speech to it, and speech in noise as loud as itself is not.
/// The noise is the level below which a tenth of the last four seconds and the next one are, without silence (<see cref="EnergyVoiceActivityOptions.LowestLevel"/>), so that spans are known with a
/// delay of a second and a half. Frequencies below some 80 Hz and offsets do not count. The same on every machine; memory does not grow with the audio. Not thread-safe.
/// </summary>
public sealed class EnergyVoiceActivityDetector : IVoiceActivityDetector
{
    private const int FramesPerSecond = 100;
    private const int FramesBefore = 4 * FramesPerSecond;
    private const int FramesAfter = FramesPerSecond;
    private const int FramesKept = FramesBefore + 1 + FramesAfter;

    // Levels are means of so many frames.
    private const int SmoothedFrames = 5;

    private const double HighPassFrequency = 80;
    private const double DecibelsPerLogarithm = 4.3429448190325182765;
    private const double SmallestPower = 1e-12;

    // The levels of the last seconds are counted by steps of half a dB, from -120 dB on.
    private const int Steps = 512;
    private const double StepsPerDecibel = 2;
    private const double LowestStep = -120;
    private const int NoiseShare = 10;

    private readonly EnergyVoiceActivityOptions _options;
    private readonly double _decay;
    private readonly double[] _powers = new double[SmoothedFrames];
    private readonly double[] _levels = new double[FramesKept];
    private readonly int[] _counts = new int[Steps];
    private readonly int _minimumSpeechFrames;
    private readonly int _minimumSilenceFrames;
    private readonly long _padding;

    private long _samples;
    private double _lastSample;
    private double _filtered;
    private double _sum;
    private long _sumStart;
    private long _frameEnd;

    /// <summary>How many levels are counted.</summary>
    private int _counted;

    /// <summary>The frames whose levels are known, and those of which is decided.</summary>
    private long _frames;
    private long _decided;

    /// <summary>The first frame that is loud enough to begin speech, with all since; -1 where there is none.</summary>
    private long _candidate = -1;

    /// <summary>The first frame of speech; -1 in silence.</summary>
    private long _speechStart = -1;

    /// <summary>The frame behind the last that is loud enough to go on with speech.</summary>
    private long _speechEnd;

    /// <summary>The end of the last span that was added.</summary>
    private long _lastEnd;

    /// <param name="options">How to decide; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or they do not go together.</exception>
    public EnergyVoiceActivityDetector(EnergyVoiceActivityOptions? options = null)
    {
        _options = options ?? new EnergyVoiceActivityOptions();
        Check(_options);
        _decay = DeterministicMath.Exp(-2 * Math.PI * HighPassFrequency / SampleRate);
        _minimumSpeechFrames = FramesOf(_options.MinimumSpeech);
        _minimumSilenceFrames = Math.Max(FramesOf(_options.MinimumSilence), 2 * FramesOf(_options.Padding));
        _padding = SampleTime.SampleAt(_options.Padding, SampleRate);
        _frameEnd = SampleOf(1);
        _counted = 0;
        _counts.AsSpan().Clear();
    }

    /// <inheritdoc/>
    public int SampleRate => _options.SampleRate;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A sample is NaN or infinite.</exception>
    public void Append(ReadOnlySpan<float> samples, ICollection<SpeechSpan> speech)
    {
        ArgumentNullException.ThrowIfNull(speech);
        int bad = samples.IndexOfAnyExceptInRange(float.MinValue, float.MaxValue);
        if (bad >= 0)
        {
            throw new ArgumentException($"Sample {bad} is {(float.IsNaN(samples[bad]) ? "NaN" : "infinite")}; expected a number from -1 to 1.", nameof(samples));
        }

        foreach (float sample in samples)
        {
            // A filter that lets offsets through no more: y = x - x' + decay · y'. What was there before the beginning was the same.
            _filtered = _samples == 0 ? 0 : sample - _lastSample + (_decay * _filtered);
            _lastSample = sample;
            _sum += _filtered * _filtered;
            _samples++;
            if (_samples == _frameEnd)
            {
                EndFrame(speech);
            }
        }
    }

    /// <inheritdoc/>
    public void Complete(ICollection<SpeechSpan> speech)
    {
        ArgumentNullException.ThrowIfNull(speech);
        if (_samples > _sumStart && _frames > 0 && _samples - _sumStart >= (SampleOf(1) / 2))
        {
            EndFrame(speech);
        }

        while (_decided < _frames)
        {
            Decide(speech);
        }

        if (_speechStart >= 0)
        {
            EndSpeech(speech);
        }

        Reset();
    }

    private static void Check(EnergyVoiceActivityOptions options)
    {
        if (options.SampleRate is < AudioFile.LowestSampleRate or > AudioFile.HighestSampleRate)
        {
            throw new ArgumentException($"{nameof(options.SampleRate)} is {options.SampleRate}; expected {AudioFile.LowestSampleRate} to {AudioFile.HighestSampleRate} Hz.", nameof(options));
        }

        if (!(options.Offset >= 0 && options.Onset >= options.Offset && options.Onset <= 100))
        {
            throw new ArgumentException(
                $"{nameof(options.Onset)} is {options.Onset} dB and {nameof(options.Offset)} is {options.Offset} dB; expected 0 <= {nameof(options.Offset)} <= {nameof(options.Onset)} <= 100.",
                nameof(options));
        }

        if (!(options.LowestLevel >= -120 && options.LowestLevel <= 0))
        {
            throw new ArgumentException($"{nameof(options.LowestLevel)} is {options.LowestLevel}; expected -120 to 0 dB.", nameof(options));
        }

        CheckTime(options.MinimumSpeech, nameof(options.MinimumSpeech));
        CheckTime(options.MinimumSilence, nameof(options.MinimumSilence));
        CheckTime(options.Padding, nameof(options.Padding));

        static void CheckTime(TimeSpan time, string name)
        {
            if (time < TimeSpan.Zero || time > TimeSpan.FromMinutes(1))
            {
                throw new ArgumentException($"{name} is {time}; expected no time to a minute.", nameof(options));
            }
        }
    }

    private static int FramesOf(TimeSpan time) => (int)(((time.Ticks * FramesPerSecond) + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond);

    /// <summary>The first sample of a frame.</summary>
    private long SampleOf(long frame) => frame * SampleRate / FramesPerSecond;

    private void EndFrame(ICollection<SpeechSpan> speech)
    {
        _powers[_frames % SmoothedFrames] = _sum / (_samples - _sumStart);
        _sum = 0;
        _sumStart = _samples;
        double power = 0;
        int count = (int)Math.Min(_frames + 1, SmoothedFrames);
        for (int i = 0; i < count; i++)
        {
            power += _powers[i];
        }

        double level = DecibelsPerLogarithm * DeterministicMath.Log(Math.Max(power / count, SmallestPower));
        _levels[_frames % FramesKept] = level;
        Count(level, 1);
        _frames++;
        _frameEnd = SampleOf(_frames + 1);
        if (_frames - _decided > FramesAfter)
        {
            Decide(speech);
        }
    }

    private void Count(double level, int change)
    {
        if (level >= _options.LowestLevel)
        {
            _counts[(int)Math.Clamp((level - LowestStep) * StepsPerDecibel, 0, Steps - 1)] += change;
            _counted += change;
        }
    }

    /// <summary>The level below which a tenth of what is counted is.</summary>
    private double Noise()
    {
        int below = 0;
        int step = 0;
        while (step < Steps - 1 && (below += _counts[step]) * NoiseShare < _counted)
        {
            step++;
        }

        return LowestStep + (step / StepsPerDecibel);
    }

    /// <summary>Decides of a frame, as those after it are known.</summary>
    private void Decide(ICollection<SpeechSpan> speech)
    {
        double noise = Noise();
        double level = _levels[_decided % FramesKept];
        bool isLoud = level >= _options.LowestLevel && level >= noise + _options.Onset;
        bool isAudible = level >= _options.LowestLevel && level >= noise + _options.Offset;
        long frame = _decided++;
        if (frame >= FramesBefore)
        {
            Count(_levels[(frame - FramesBefore) % FramesKept], -1);
        }

        if (_speechStart < 0)
        {
            _candidate = !isLoud ? -1 : _candidate < 0 ? frame : _candidate;
            if (isLoud && frame + 1 - _candidate >= _minimumSpeechFrames)
            {
                _speechStart = _candidate;
                _speechEnd = frame + 1;
            }
        }
        else if (isAudible)
        {
            _speechEnd = frame + 1;
        }
        else if (frame + 1 - _speechEnd >= _minimumSilenceFrames)
        {
            EndSpeech(speech);
        }
    }

    private void EndSpeech(ICollection<SpeechSpan> speech)
    {
        // A level is a mean of frames up to its own: it begins late by none, and ends late by some, which is as well.
        long start = Math.Max(_lastEnd, SampleOf(_speechStart) - _padding);
        long end = Math.Min(_samples, SampleOf(_speechEnd) + _padding);
        _lastEnd = end;
        _speechStart = -1;
        _candidate = -1;
        speech.Add(new SpeechSpan(start, end));
    }

    private void Reset()
    {
        _samples = _sumStart = _frames = _decided = _lastEnd = 0;
        _candidate = _speechStart = -1;
        _filtered = _lastSample = _sum = 0;
        _frameEnd = SampleOf(1);
        _counted = 0;
        _counts.AsSpan().Clear();
    }
}
