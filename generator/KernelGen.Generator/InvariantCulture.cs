using System.Globalization;

namespace KernelGen.Generator;

/// <summary>
/// Makes numbers read the same on every machine: with Finnish settings, for one, minus is U+2212, which no C# compiler knows. Each number is
/// formatted with the invariant culture where it is written; this catches the one that was forgotten.
/// </summary>
internal readonly struct InvariantCulture : IDisposable
{
    private readonly CultureInfo _previous;

    private InvariantCulture(CultureInfo previous) => _previous = previous;

    // The rule guards against output that depends on the machine, which is what this is for.
#pragma warning disable RS1035 // Do not use APIs banned for analyzers
    public static InvariantCulture Use()
    {
        var scope = new InvariantCulture(CultureInfo.CurrentCulture);
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        return scope;
    }

    public void Dispose() => CultureInfo.CurrentCulture = _previous;
#pragma warning restore RS1035
}
