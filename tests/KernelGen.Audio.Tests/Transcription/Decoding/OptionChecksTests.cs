namespace KernelGen.Audio.Tests;

public class OptionChecksTests
{
    private static readonly WindowShape Shape = new(80, 3000, 1500, 448, 51865, 2, 3);

    [Fact]
    public void The_defaults_are_usable() => Assert.Null(Check(new TranscriptionOptions()));

    [Theory]
    [InlineData("en", "en")]
    [InlineData("German", "de")]
    [InlineData("MANDARIN", "zh")]
    public void Languages_are_named_by_code_or_name(string language, string expected) => Assert.Equal(expected, Check(new TranscriptionOptions { Language = language }));

    public static TheoryData<string, TranscriptionOptions> Unusable => new()
    {
        { "Language is klingon, which is no language of SpeechLanguages", new() { Language = "klingon" } },
        { "Language is yue, which this model has no token for", new() { Language = "yue" } },
        { "Language is a\\u0007", new() { Language = "a\a" } },
        { "Task is 7, which is no task", new() { Task = (TranscriptionTask)7 } },
        { "Temperatures is empty", new() { Temperatures = [] } },
        { "Temperatures is empty", new() { Temperatures = default } },
        { "Temperatures has -1", new() { Temperatures = [0, -1] } },
        { "Temperatures has NaN", new() { Temperatures = [double.NaN] } },
        { "BeamSize is 0; expected a number from 1 to 32", new() { BeamSize = 0 } },
        { "BestOf is 65", new() { BestOf = 65 } },
        { "Patience is 0", new() { Patience = 0 } },
        { "LengthPenalty is 1.5; expected a number from 0 to 1", new() { LengthPenalty = 1.5 } },
        { "CompressionRatioThreshold is -1", new() { CompressionRatioThreshold = -1 } },
        { "LogProbabilityThreshold is 1", new() { LogProbabilityThreshold = 1 } },
        { "NoSpeechThreshold is NaN", new() { NoSpeechThreshold = double.NaN } },
        { "MaximumInitialTimestamp is 31", new() { MaximumInitialTimestamp = TimeSpan.FromSeconds(31) } },
        { "MaximumTokensPerWindow is 225; expected a number from 1 to 224", new() { MaximumTokensPerWindow = 225 } },
        { "Threads is 0; expected a number from 1 to 64", new() { Threads = 0 } },
        { "SuppressedTokens has the token 51865", new() { SuppressedTokens = [51865] } },
        { "HallucinationSilenceThreshold looks at the times of words; set WordTimestamps, too", new() { HallucinationSilenceThreshold = TimeSpan.FromSeconds(1) } },
        { "HallucinationSilenceThreshold is -00:00:01", new() { WordTimestamps = true, HallucinationSilenceThreshold = TimeSpan.FromSeconds(-1) } },
        { "Clips is not in ascending order: clip 1", new() { Clips = [new(TimeSpan.Zero, TimeSpan.FromSeconds(3)), new(TimeSpan.FromSeconds(2))] } },
        { "Clips is not in ascending order: clip 0", new() { Clips = [new(TimeSpan.FromSeconds(-2))] } },
        { "Clips has a clip without length: clip 0", new() { Clips = [new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2))] } },
        { "Clips has a clip after the end of the sound: clip 0", new() { Clips = [new(TimeSpan.Zero), new(TimeSpan.FromSeconds(2))] } },
        { "PrependedPunctuation is null", new() { PrependedPunctuation = null! } },
        { "AppendedPunctuation is null", new() { AppendedPunctuation = null! } },
    };

    [Theory]
    [MemberData(nameof(Unusable), DisableDiscoveryEnumeration = true)]
    public void What_is_not_usable_is_named(string message, TranscriptionOptions options) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => Check(options)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_model_for_english_alone_takes_english_and_does_not_translate()
    {
        var tokens = new WhisperTokens(GoldenTokenizer.Create(textTokens: 50256));
        Assert.Equal("en", new WindowOptionChecks(new TranscriptionOptions(), tokens, Shape).Check());
        Assert.Equal("en", new WindowOptionChecks(new TranscriptionOptions { Language = "English" }, tokens, Shape).Check());
        Assert.Throws<ArgumentException>(() => new WindowOptionChecks(new TranscriptionOptions { Language = "de" }, tokens, Shape).Check());
        Assert.Throws<ArgumentException>(() => new WindowOptionChecks(new TranscriptionOptions { Task = TranscriptionTask.Translate }, tokens, Shape).Check());
    }

    [Fact]
    public void A_sound_of_other_bins_is_refused()
    {
        var transcriber = new WindowTranscriber(new ScriptedModel(static (_, _) => new DecodedWindow([], 0, 0)), SpeechGoldens.Pieces);
        ArgumentException problem = Assert.Throws<ArgumentException>(
            () => transcriber.Start(new LogMelFrames([], 0, 80), new TranscriptionOptions { Language = "en" }, CancellationToken.None));
        Assert.StartsWith("The sound has frames of 80 mel bins, and the model hears 2.", problem.Message, StringComparison.Ordinal);
    }

    private static string? Check(TranscriptionOptions options) => new WindowOptionChecks(options, SpeechGoldens.Pieces, Shape).Check();
}
