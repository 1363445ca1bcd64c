using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>Checks the options of a call once, before anything is done: those that mean the same to every model.</summary>
/// <param name="options">The options.</param>
/// <param name="vocabularySize">The number of tokens of the model.</param>
/// <param name="longestText">The most tokens that it writes for a part of a sound.</param>
internal sealed class OptionChecks(TranscriptionOptions options, int vocabularySize, int longestText)
{
    /// <summary>The most threads that share the work of a call.</summary>
    public const int MostThreads = 64;

    private const double HighestTemperature = 10;
    private const double LeastTemperature = 0.0001;
    private const int MostHypotheses = 32;
    private const int MostSamples = 64;
    private const int MostWindows = 64;

    /// <summary>Throws for the first option that is not usable.</summary>
    /// <exception cref="ArgumentException">An option is not usable: what it is, and what would be.</exception>
    public void Check()
    {
        CheckTemperatures();
        CheckNumbers();
        CheckClips();
        foreach (int token in options.SuppressedTokens.IsDefault ? [] : options.SuppressedTokens)
        {
            Require(token >= 0 && token < vocabularySize, nameof(options.SuppressedTokens), $"has the token {token}; the model has the tokens 0 to {vocabularySize - 1}");
        }

        Require(Enum.IsDefined(options.Task), nameof(options.Task), $"is {options.Task}, which is no task");
    }

    /// <summary>Throws where an option is not usable.</summary>
    /// <param name="isUsable">Whether it is.</param>
    /// <param name="option">Its name.</param>
    /// <param name="problem">What is wrong, behind the name, without a full stop.</param>
    public static void Require(bool isUsable, string option, string problem)
    {
        if (!isUsable)
        {
            throw new ArgumentException($"{option} {problem}.", option);
        }
    }

    /// <summary>Throws where a number is out of its range.</summary>
    public static void RequireNumber(double? value, string option, double least, double most) =>
        Require(value is null || (value >= least && value <= most), option, FormattableString.Invariant($"is {value}; expected a number from {least} to {most}"));

    private void CheckTemperatures()
    {
        ImmutableArray<double> temperatures = options.Temperatures;
        Require(!temperatures.IsDefaultOrEmpty, nameof(options.Temperatures), "is empty; expected at least one, such as 0");
        foreach (double temperature in temperatures)
        {
            Require(
                temperature == 0 || (temperature >= LeastTemperature && temperature <= HighestTemperature),
                nameof(options.Temperatures),
                FormattableString.Invariant($"has {temperature}; expected 0, or numbers from {LeastTemperature} to {HighestTemperature}"));
        }
    }

    private void CheckNumbers()
    {
        RequireNumber(options.BeamSize, nameof(options.BeamSize), 1, MostHypotheses);
        RequireNumber(options.BestOf, nameof(options.BestOf), 1, MostSamples);
        RequireNumber(options.Patience, nameof(options.Patience), 0.01, MostHypotheses);
        RequireNumber(options.LengthPenalty, nameof(options.LengthPenalty), 0, 1);
        RequireNumber(options.CompressionRatioThreshold, nameof(options.CompressionRatioThreshold), 0, double.MaxValue);
        RequireNumber(options.LogProbabilityThreshold, nameof(options.LogProbabilityThreshold), double.MinValue, 0);
        RequireNumber(options.NoSpeechThreshold, nameof(options.NoSpeechThreshold), 0, 1);
        RequireNumber(options.MaximumTokensPerWindow, nameof(options.MaximumTokensPerWindow), 1, longestText);
        RequireNumber(options.BatchSize, nameof(options.BatchSize), 1, MostWindows);
        RequireNumber(options.Threads, nameof(options.Threads), 1, MostThreads);
    }

    private void CheckClips()
    {
        TimeSpan last = TimeSpan.Zero;
        for (int i = 0; !options.Clips.IsDefault && i < options.Clips.Length; i++)
        {
            ClipRange clip = options.Clips[i];
            Require(clip.Start >= last, nameof(options.Clips), $"is not in ascending order: clip {i} begins at {clip.Start}, and {last} is before it");
            Require(clip.End is null || clip.End > clip.Start, nameof(options.Clips), $"has a clip without length: clip {i} begins at {clip.Start} and ends at {clip.End}");
            Require(clip.End is not null || i == options.Clips.Length - 1, nameof(options.Clips), $"has a clip after the end of the sound: clip {i} has no end, so that it must be the last");
            last = clip.End ?? clip.Start;
        }
    }
}
