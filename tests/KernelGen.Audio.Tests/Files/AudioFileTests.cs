namespace KernelGen.Audio.Tests;

public sealed class AudioFileTests
{
    public static TheoryData<string, string> OtherFiles =>
    [
        ("OggS\0\0\0\0\0\0\0\0", "Ogg (Vorbis, Opus or FLAC in Ogg)"), ("\u00ff\u00fb\u0090\0\0\0\0\0\0\0\0\0", "MP3"), ("ID3\u0003\0\0\0\0\0\0\u00ff\u00fb\u0090\0\0\0\0\0\0\0\0\0", "MP3"),
        ("\u00ff\u00f1\u0050\0\0\0\0\0\0\0\0\0", "AAC"), ("\0\0\0 ftypM4A ", "MP4 (M4A)"), ("RIFX\0\0\0\0WAVE", "WAV with its highest bytes first"), ("RIFF\0\0\0\0AVI ", "RIFF without audio"),
        ("FORM\0\0\0\0AIFF", "AIFF"), ("\u001aE\u00df\u00a3\0\0\0\0\0\0\0\0", "Matroska (WebM)"), ("caff\0\0\0\0\0\0\0\0", "Apple's CAF"), ("#!AMR\n\0\0\0\0\0\0", "AMR"),
    ];

    [Theory]
    [MemberData(nameof(OtherFiles))]
    public void Files_of_other_kinds_are_named_whatever_they_are_called(string start, string kind)
    {
        using var file = new TemporaryFile(".wav", System.Text.Encoding.Latin1.GetBytes(start));
        Assert.Equal(
            $"The file '{file.Path}' is {kind}, which is not read here; expected WAV or FLAC. Convert it: ffmpeg -i input -ar 16000 -ac 1 output.wav",
            Assert.Throws<NotSupportedException>(() => AudioFile.Open(file.Path)).Message);
    }

    [Fact]
    public void What_is_no_audio_is_refused_with_its_first_bytes()
    {
        Assert.Equal("The audio is empty; expected a WAV or FLAC file.", Message(""));
        Assert.Equal("The audio is no audio that is known here: at byte 0 it begins with 7B226D6F64656C5F74797065; expected a WAV or FLAC file, with RIFF, RF64 or fLaC.", Message("{\"model_type\": \"whisper\"}"));
        Assert.Equal("The audio is empty behind its tag of 10 bytes; expected a WAV or FLAC file.", Message("ID3\u0004\0\0\0\0\0\0"));

        static string Message(string contents) => Assert.Throws<InvalidDataException>(() => AudioFile.Open(new MemoryStream(System.Text.Encoding.Latin1.GetBytes(contents)))).Message;
    }

    [Fact]
    public void A_folder_is_no_file() =>
        Assert.Contains("is a folder; expected a regular file", Assert.Throws<IOException>(() => AudioFile.Open(Path.GetTempPath())).Message);

    [Fact]
    public void A_file_that_is_not_there_is_not_found() => Assert.Throws<FileNotFoundException>(static () => AudioFile.Open("no such file.wav"));

    [Theory]
    [InlineData(999)]
    [InlineData(768_001)]
    [InlineData(-1)]
    public void Rates_that_nobody_uses_are_refused(int sampleRate)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => AudioFile.OpenMono(TestFiles.Jfk, sampleRate));
        using AudioReader reader = AudioFile.Open(TestFiles.Jfk);
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Resample(sampleRate));
    }

    [Fact]
    public void Audio_of_a_rate_that_nobody_uses_is_not_resampled() =>
        Assert.StartsWith("The audio has a sample rate of 999 Hz;", Assert.Throws<InvalidOperationException>(static () => new ArrayReader([], 999).Resample(16_000)).Message);

    [Fact]
    public void A_stream_is_closed_with_its_reader_unless_it_is_to_stay_open()
    {
        byte[] file = TestFiles.Bytes("mono-8.flac");
        foreach (bool leaveOpen in new[] { false, true })
        {
            var stream = new ForwardStream(file, 100);
            AudioFile.OpenMono(stream, 8_000, leaveOpen).Dispose();
            Assert.Equal(!leaveOpen, stream.IsDisposed);
            var other = new ForwardStream([1, 2, 3], 100);
            Assert.Throws<InvalidDataException>(() => AudioFile.Open(other, leaveOpen));
            Assert.Equal(!leaveOpen, other.IsDisposed);
        }

        var read = new ForwardStream(file, 100);
        AudioFile.Read(read);
        Assert.False(read.IsDisposed);
    }

    [Fact]
    public void A_reader_that_was_disposed_reads_no_more()
    {
        AudioReader reader = AudioFile.Open(TestFiles.Jfk);
        Assert.NotEqual(0, reader.Read(new float[10]));
        reader.Dispose();
        Assert.Throws<ObjectDisposedException>(() => reader.Read(new float[10]));
    }

    [Fact]
    public void Room_for_less_than_a_frame_is_refused()
    {
        using AudioReader reader = AudioFile.Open(TestFiles.PathOf("stereo-16.flac"));
        Assert.StartsWith("There is room for 1 samples; expected room for at least one of each channel, and there are 2.", Assert.Throws<ArgumentException>(() => reader.Read(new float[1])).Message);
        Assert.Equal(2, reader.Read(new float[3]));
    }

    [Fact]
    public void One_channel_is_the_mean_of_all()
    {
        var source = new ArrayReader([1, 0, 0.5f, -0.5f, 0.1f, 0.3f, -1, -1, 0, 1, 1, 1], 16_000, channels: 3);
        AudioReader mono = source.ToMono();
        Assert.Equal(1, mono.Channels);
        Assert.Equal([0.5f, (float)((-0.5 + 0.1f + 0.3f) / 3), (float)(-2.0 / 3), 1], mono.ReadToEnd());
        mono.Dispose();
        Assert.True(source.IsDisposed);
        Assert.Same(mono, mono.ToMono());
    }

    [Fact]
    public void Memory_does_not_grow_with_the_length()
    {
        byte[] header = new WavBuilder { Channels = 2, SampleRate = 44_100, DataLength = uint.MaxValue }.ToArray();
        var endless = new ForwardStream([.. header, .. new byte[20_000_000]], 70_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        using AudioReader reader = AudioFile.OpenMono(endless);
        float[] samples = new float[1000];
        long count = 0;
        for (int read; (read = reader.Read(samples)) > 0;)
        {
            count += read;
        }

        Assert.Equal(((5_000_000L * 16_000) + 44_099) / 44_100, count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }
}
