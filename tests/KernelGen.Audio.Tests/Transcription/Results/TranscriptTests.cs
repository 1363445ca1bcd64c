using System.Globalization;
using System.Text.Json;
using CsCheck;

namespace KernelGen.Audio.Tests;

public class TranscriptTests
{
    private static readonly Transcript Two = Of(
        Segment(0, 1.5, " Hello, world."),
        Segment(3661.25, 3662, " It's 5 < 6 & 7 > 2 --> so\nthere."));

    [Fact]
    public void Text_is_that_of_all_segments()
    {
        Assert.Equal(" Hello, world. It's 5 < 6 & 7 > 2 --> so\nthere.", Two.Text);
        Assert.Equal(Two.Text, Two.ToString());
    }

    [Fact]
    public void Srt_has_numbers_times_and_one_line_of_text() => Assert.Equal(
        "1\n00:00:00,000 --> 00:00:01,500\nHello, world.\n\n2\n01:01:01,250 --> 01:01:02,000\nIt's 5 < 6 & 7 > 2 -> so there.\n\n", Two.ToSrt());

    [Fact]
    public void Vtt_escapes_what_would_be_markup() => Assert.Equal(
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nHello, world.\n\n01:01:01.250 --> 01:01:02.000\nIt's 5 &lt; 6 &amp; 7 &gt; 2 -&gt; so there.\n\n", Two.ToVtt());

    [Fact]
    public void Vtt_can_underline_each_word_while_it_is_said()
    {
        Transcript transcript = Of(Segment(1, 3, " A <b> c") with
        {
            Words = [new(" A", Seconds(1), Seconds(1.5), 1), new(" <b>", Seconds(2), Seconds(2.5), 1), new(" c", Seconds(2.5), Seconds(3), 1)],
        });
        Assert.Equal(
            "WEBVTT\n\n"
            + "00:00:01.000 --> 00:00:01.500\n<u>A</u> &lt;b&gt; c\n\n"
            + "00:00:01.500 --> 00:00:02.000\nA &lt;b&gt; c\n\n"
            + "00:00:02.000 --> 00:00:02.500\nA <u>&lt;b&gt;</u> c\n\n"
            + "00:00:02.500 --> 00:00:03.000\nA &lt;b&gt; <u>c</u>\n\n",
            transcript.ToVtt(highlightWords: true));
    }

    [Fact]
    public void Tsv_has_milliseconds_and_no_tabs_of_its_own() =>
        Assert.Equal("start\tend\ttext\n20\t1500\ta b c\n", Of(Segment(0.02, 1.5, "a\tb\r\nc ".Replace("\r\n", "\n", StringComparison.Ordinal))).ToTsv());

    [Fact]
    public void Json_has_the_names_that_openai_gave()
    {
        Transcript transcript = new("de", [Segment(0.22, 1.92, " Grüß 狗 😀") with
        {
            Number = 3,
            WindowStart = Seconds(0.2),
            Tokens = [50375, 10138],
            Temperature = 0.2,
            AverageLogProbability = -0.65352,
            CompressionRatio = 0.84507,
            NoSpeechProbability = 1.16434e-6,
            Words = [new(" Grüß", Seconds(0.22), Seconds(0.5), 0.75)],
        }
        ], Seconds(2.5));
        Assert.Equal(
            """{"text":" Grüß 狗 😀","segments":[{"id":3,"seek":20,"start":0.22,"end":1.92,"text":" Grüß 狗 😀","tokens":[50375,10138],"temperature":0.2,"avg_logprob":-0.65352,"""
            + "\"compression_ratio\":0.84507,\"no_speech_prob\":1.16434E-06,\"words\":[{\"word\":\" Grüß\",\"start\":0.22,\"end\":0.5,\"probability\":0.75}]}],\"language\":\"de\",\"duration\":2.5}",
            transcript.ToJson().Replace("\\uD83D\\uDE00", "😀", StringComparison.Ordinal));
        using var read = JsonDocument.Parse(transcript.ToJson(indented: true));
        Assert.Equal(" Grüß 狗 😀", read.RootElement.GetProperty("text").GetString());
    }

    [Fact]
    public void Numbers_that_are_none_are_null_in_json()
    {
        using var read = JsonDocument.Parse(Of(Segment(0, 1, "a") with { AverageLogProbability = double.NaN, CompressionRatio = double.PositiveInfinity }).ToJson());
        JsonElement segment = read.RootElement.GetProperty("segments")[0];
        Assert.Equal(JsonValueKind.Null, segment.GetProperty("avg_logprob").ValueKind);
        Assert.Equal(JsonValueKind.Null, segment.GetProperty("compression_ratio").ValueKind);
    }

    [Fact]
    public void Halves_of_characters_make_no_file_invalid()
    {
        Transcript transcript = Of(Segment(0, 1, "a \uD83D b"));
        using var read = JsonDocument.Parse(transcript.ToJson());
        Assert.Equal("a \uFFFD b", read.RootElement.GetProperty("text").GetString());
        Assert.Contains("a ", transcript.ToVtt(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_segment_without_length_is_shown_for_a_moment() =>
        Assert.Equal("WEBVTT\n\n00:00:01.000 --> 00:00:01.001\na\n\n", Of(Segment(1, 1, "a")).ToVtt());

    [Fact]
    public void Nothing_and_segments_without_text_are_empty_files()
    {
        foreach (Transcript transcript in (Transcript[])[Of(), Of(Segment(0, 1, ""), Segment(1, 2, " \n"))])
        {
            Assert.Equal("", transcript.Text);
            Assert.Equal("", transcript.ToSrt());
            Assert.Equal("WEBVTT\n\n", transcript.ToVtt());
            Assert.Equal("WEBVTT\n\n", transcript.ToVtt(highlightWords: true));
            Assert.Equal("start\tend\ttext\n", transcript.ToTsv());
            Assert.Equal("{\"text\":\"\",\"segments\":[],\"language\":\"en\",\"duration\":10}", transcript.ToJson());
        }
    }

    [Fact]
    public void Subtitles_of_any_text_come_back_as_they_were_written() => Gen.Select(Gen.String[0, 12], Gen.Int[0, 5_000_000], Gen.Int[1, 5000]).Array[0, 5].Sample(static rows =>
    {
        Transcript transcript = Of([.. rows.Select(static row => Segment(row.Item2 / 1000.0, (row.Item2 + row.Item3) / 1000.0, row.Item1))]);
        (long Start, long End, string Text)[] expected =
        [
            .. transcript.Segments
                .Select(static segment => (SubtitleTime.Milliseconds(segment.Start), SubtitleTime.Milliseconds(segment.End), SubtitleText.Of(segment.Text)))
                .Where(static cue => cue.Item3.Length > 0),
        ];
        Assert.Equal(expected, Cues(transcript.ToSrt(), ','));
        Assert.Equal(expected, Cues(transcript.ToVtt()["WEBVTT\n\n".Length..], '.').Select(static cue =>
            (cue.Start, cue.End, cue.Text.Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal))));
        Assert.Equal(expected.Length + 1, transcript.ToTsv().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        JsonDocument.Parse(transcript.ToJson()).Dispose();
    });

    /// <summary>Reads subtitles as players do: an empty line ends one, and an arrow stands between times.</summary>
    private static List<(long Start, long End, string Text)> Cues(string file, char mark)
    {
        var cues = new List<(long Start, long End, string Text)>();
        foreach (string block in file.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            string[] lines = block.Split('\n');
            int times = Array.FindIndex(lines, static line => line.Contains("-->", StringComparison.Ordinal));
            string[] ends = lines[times].Split(" --> ");
            cues.Add((Time(ends[0], mark), Time(ends[1], mark), string.Join('\n', lines[(times + 1)..])));
        }

        return cues;
    }

    private static long Time(string text, char mark)
    {
        int[] parts = [.. text.Split(':', mark).Select(static part => int.Parse(part, CultureInfo.InvariantCulture))];
        return ((((parts[0] * 60L) + parts[1]) * 60) + parts[2]) * 1000 + parts[3];
    }

    private static Transcript Of(params TranscriptSegment[] segments) => new("en", segments, Seconds(10));

    private static TranscriptSegment Segment(double start, double end, string text) => new() { Start = Seconds(start), End = Seconds(end), Text = text };

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromMilliseconds(Math.Round(seconds * 1000));
}
