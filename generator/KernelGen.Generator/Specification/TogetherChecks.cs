using System.Globalization;
using KernelGen.Execution;
using KernelGen.Families;
using KernelGen.Recipes;

namespace KernelGen.Generator.Specification;

/// <summary>What each setting alone allows but several together do not.</summary>
internal static class TogetherChecks
{
    /// <summary>Finds settings that do not go together, or that the family's checkpoints have no tensors for.</summary>
    /// <param name="declaration">What the attribute says.</param>
    /// <param name="settings">What was decided.</param>
    /// <param name="elsewhere">Where a setting is reported that the attribute does not set.</param>
    public static IEnumerable<Problem> FindProblems(Declaration declaration, ModelSpecification settings, Place elsewhere)
    {
        foreach ((string property, string reason) in Find(settings).Concat(FindOfSpeech(declaration, settings)))
        {
            bool isDeclared = typeof(Declaration).GetProperty(property)?.GetValue(declaration) is not null;
            string value = settings.GetType().GetProperty(property)!.GetValue(settings) switch
            {
                bool flag => flag ? "true" : "false",
                Enum choice => $"{choice.GetType().Name}.{choice}",
                var number => Convert.ToString(number, CultureInfo.InvariantCulture) ?? "",
            };
            yield return new Problem(ProblemKind.SettingsDoNotGoTogether, isDeclared ? Place.Of(property) : elsewhere, $"{property} = {value}", reason);
        }
    }

    private static IEnumerable<(string Property, string Reason)> FindOfSpeech(Declaration declaration, ModelSpecification settings)
    {
        if (settings.IsSpeech && Family.Of(settings.Architecture).Preset.SourceChannels is null)
        {
            yield return (nameof(settings.SourceChannels), $"the source of Architecture.{settings.Architecture} is tokens");
        }
        else if (settings.IsSpeech && declaration.SourceVocabularySize is not null)
        {
            yield return (nameof(settings.SourceVocabularySize), "the source is audio, which has no tokens; set TargetVocabularySize");
        }

        if (settings.Trainable && settings.IsSpeech && FrontEnd.Of(settings).Convolutions.Any(static convolution => convolution.ReadsSamples))
        {
            yield return (nameof(settings.Trainable), "models whose source is samples of sound cannot be trained; those that read frames, as Architecture.Whisper does, can");
        }
        else if (settings.PositionalEncoding == PositionalEncoding.Rotary && settings.Trainable)
        {
            yield return (nameof(settings.Trainable), "models with rotary positions cannot be trained");
        }
    }

    private static IEnumerable<(string Property, string Reason)> Find(ModelSettings settings)
    {
        foreach ((string property, string reason) in Family.Of(settings.Architecture).FindLacking(settings))
        {
            yield return (property, $"checkpoints of Architecture.{settings.Architecture} cannot have it, for {reason}");
        }

        if (settings.ScaleOutput && !settings.FinalNorm)
        {
            yield return (nameof(settings.ScaleOutput), "it needs FinalNorm = true, whose weights take the scale");
        }

        if (settings.PositionalEncoding == PositionalEncoding.Relative && settings.ScaleScores)
        {
            yield return (nameof(settings.ScaleScores), "relative positions are added to scores that are not scaled; set ScaleScores = false");
        }

        if (2 * settings.RotaryPairs > settings.HeadDimension)
        {
            yield return (
                nameof(settings.RotaryDimension),
                $"pairs of numbers are turned, and a head has {settings.HeadDimension.ToString(CultureInfo.InvariantCulture)}; set RotaryDimension to at most as many, an even number");
        }

        if (settings.GatedFeedForward && settings.DecoderGatedFeedForward && settings.Activation != settings.DecoderActivation)
        {
            yield return (nameof(settings.DecoderActivation), "gates of both stacks have one activation");
        }

        int buckets = settings.RelativePositionBuckets, distance = settings.RelativePositionDistance;
        if (settings.PositionalEncoding == PositionalEncoding.Relative && !RelativePositions.AreUsable(buckets, distance))
        {
            yield return (
                nameof(settings.RelativePositionBuckets),
                $"it must be even and at least 4, and RelativePositionDistance = {distance.ToString(CultureInfo.InvariantCulture)} must be more than half of it");
        }
    }
}
