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
    public static IEnumerable<Problem> FindProblems(Declaration declaration, ModelSettings settings, Place elsewhere)
    {
        foreach ((string property, string reason) in Find(settings))
        {
            bool isDeclared = typeof(Declaration).GetProperty(property)?.GetValue(declaration) is not null;
            string value = typeof(ModelSettings).GetProperty(property)!.GetValue(settings) switch
            {
                bool flag => flag ? "true" : "false",
                Enum choice => $"{choice.GetType().Name}.{choice}",
                var number => Convert.ToString(number, CultureInfo.InvariantCulture) ?? "",
            };
            yield return new Problem(ProblemKind.SettingsDoNotGoTogether, isDeclared ? Place.Of(property) : elsewhere, $"{property} = {value}", reason);
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

        int buckets = settings.RelativePositionBuckets, distance = settings.RelativePositionDistance;
        if (settings.PositionalEncoding == PositionalEncoding.Relative && !RelativePositions.AreUsable(buckets, distance))
        {
            yield return (
                nameof(settings.RelativePositionBuckets),
                $"it must be even and at least 4, and RelativePositionDistance = {distance.ToString(CultureInfo.InvariantCulture)} must be more than half of it");
        }
    }
}
