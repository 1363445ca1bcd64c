namespace KernelGen.Audio;

/// <summary>Reads pieces of audio, one after the other. One that is longer than a model takes is cut where it is quietest. Memory is that of a piece.</summary>
internal sealed class PieceReader
{
    private readonly AudioReader _audio;
    private readonly int _longest;

    /// <summary>What has to be left behind a cut, so that the last piece is not a crumb.</summary>
    private readonly int _shortestRest;
    private readonly float[] _samples;

    /// <summary>The samples that are held, and where the first of them lies.</summary>
    private int _count;
    private long _first;

    /// <param name="audio">One channel at 16 kHz, from its beginning. Belongs to the caller.</param>
    /// <param name="longest">The most samples of a piece.</param>
    public PieceReader(AudioReader audio, int longest)
    {
        _audio = audio;
        _longest = longest;
        _shortestRest = longest / 8;
        _samples = new float[longest + _shortestRest];
    }

    /// <summary>Reads the pieces of spans.</summary>
    /// <param name="spans">The spans, in ascending order; what is behind the end of the audio is not there.</param>
    public IEnumerable<SoundPiece> Read(IEnumerable<SpeechSpan> spans)
    {
        foreach (SpeechSpan span in spans)
        {
            Skip(span.Start);
            while (Fill((int)Math.Min(_samples.Length, span.End - _first)) is > 0 and int held)
            {
                int length = held <= _longest ? held : Quietness.QuietestPlace(_samples, _longest * 2 / 3, Math.Min(_longest, held - _shortestRest));
                yield return new SoundPiece(new SpeechSpan(_first, _first + length), _samples.AsMemory(0, length));
                Drop(length);
            }
        }
    }

    /// <summary>Reads on to the end.</summary>
    /// <returns>The length of the audio, in samples.</returns>
    public long ReadToEnd()
    {
        Skip(long.MaxValue);
        return _first;
    }

    private void Skip(long position)
    {
        while (_first < position && Fill(_samples.Length) is > 0 and int held)
        {
            Drop((int)Math.Min(held, position - _first));
        }
    }

    /// <summary>Holds so many samples, or fewer at the end of the audio.</summary>
    private int Fill(int wanted)
    {
        while (_count < wanted && _audio.Read(_samples.AsSpan(_count, wanted - _count)) is > 0 and int read)
        {
            _count += read;
        }

        return Math.Min(_count, wanted);
    }

    private void Drop(int length)
    {
        _samples.AsSpan(length, _count - length).CopyTo(_samples);
        _count -= length;
        _first += length;
    }
}
