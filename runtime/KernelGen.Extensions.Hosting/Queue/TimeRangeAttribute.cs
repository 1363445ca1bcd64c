using System.ComponentModel.DataAnnotations;

namespace KernelGen.Extensions.Hosting;

/// <summary>A time is within bounds. What <see cref="RangeAttribute"/> does for times needs reflection.</summary>
/// <param name="minimumMilliseconds">The least, in milliseconds.</param>
/// <param name="maximumMilliseconds">The most, in milliseconds.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TimeRangeAttribute(int minimumMilliseconds, int maximumMilliseconds) : ValidationAttribute
{
    public override bool IsValid(object? value) =>
        value is not TimeSpan time || (time >= TimeSpan.FromMilliseconds(minimumMilliseconds) && time <= TimeSpan.FromMilliseconds(maximumMilliseconds));
}
