using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace KernelGen.Audio.Tests;

/// <summary>The options of a golden, as OpenAI's code calls them, and as ours are.</summary>
internal static class GoldenOptions
{
    /// <summary>Reads options.</summary>
    /// <param name="json">The options of a golden.</param>
    /// <param name="usesConfiguration">Whether the tokens that nobody says are those of the model's configuration, for the tokenizer cannot tell.</param>
    public static TranscriptionOptions Of(JsonElement json, bool usesConfiguration)
    {
        var options = new TranscriptionOptions
        {
            Temperatures = [0],

            // A temperature that is nearly 0 takes another token once in some runs.
            Seed = 1,
            ConditionOnPreviousText = true,
            SuppressNonSpeech = !usesConfiguration,
            SuppressedTokens = usesConfiguration ? SpeechGoldens.Suppressed : [],
        };
        foreach (JsonProperty option in json.EnumerateObject())
        {
            options = With(options, option.Name, option.Value);
        }

        return options;
    }

    private static TranscriptionOptions With(TranscriptionOptions options, string name, JsonElement value) => name switch
    {
        "language" => options with { Language = value.GetString() },
        "task" => options with { Task = value.GetString() == "translate" ? TranscriptionTask.Translate : TranscriptionTask.Transcribe },
        "without_timestamps" => options with { Timestamps = !value.GetBoolean() },
        "max_initial_timestamp" => options with { MaximumInitialTimestamp = Number(value) is { } seconds ? TimeSpan.FromSeconds(seconds) : null },
        "suppress_tokens" => options with { SuppressNonSpeech = false, SuppressedTokens = [], SuppressSpecial = false },
        "suppress_blank" => options with { SuppressBlank = value.GetBoolean() },
        "sample_len" => options with { MaximumTokensPerWindow = value.GetInt32() },
        "prompt" or "initial_prompt" => options with { InitialPrompt = value.GetString() },
        "carry_initial_prompt" => options with { CarryInitialPrompt = value.GetBoolean() },
        "prefix" => options with { Prefix = value.GetString() },
        "beam_size" => options with { BeamSize = value.GetInt32() },
        "patience" => options with { Patience = value.GetDouble() },
        "length_penalty" => options with { LengthPenalty = value.GetDouble() },
        "temperature" => options with { Temperatures = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(static number => number.GetDouble())] : [value.GetDouble()] },
        "condition_on_previous_text" => options with { ConditionOnPreviousText = value.GetBoolean() },
        "compression_ratio_threshold" => options with { CompressionRatioThreshold = Number(value) },
        "logprob_threshold" => options with { LogProbabilityThreshold = Number(value) },
        "no_speech_threshold" => options with { NoSpeechThreshold = Number(value) },
        "clip_timestamps" => options with { Clips = Clips(value.GetString()!) },
        "word_timestamps" => options with { WordTimestamps = value.GetBoolean() },
        _ => throw new NotSupportedException($"The golden has the option {name}."),
    };

    private static double? Number(JsonElement value) => value.ValueKind == JsonValueKind.Null ? null : value.GetDouble();

    private static ImmutableArray<ClipRange> Clips(string list)
    {
        TimeSpan[] times = [.. list.Split(',').Select(static time => TimeSpan.FromSeconds(double.Parse(time, CultureInfo.InvariantCulture)))];
        return [.. times.Chunk(2).Select(static pair => new ClipRange(pair[0], pair.Length > 1 ? pair[1] : null))];
    }
}
