using System.Globalization;
using System.Runtime.InteropServices;

namespace KernelGen.Benchmarks.Report;

/// <summary>What was measured on, with what, and when.</summary>
internal static class MachineSection
{
    private const string ProcessorInformation = "/proc/cpuinfo";

    public static Section Create() => new(
        "Machine",
        [],
        [new Column("", IsText: true), new Column("", IsText: true)],
        [
            ["processor", $"{Processor()}, {Environment.ProcessorCount} logical processors for this process"],
            ["instruction sets", string.Join(", ", Enum.GetValues<InstructionSet>().Reverse().Where(InstructionSets.IsSupported))],
            ["system", $"{RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.RuntimeIdentifier}"],
            [".NET", RuntimeInformation.FrameworkDescription],
            ["KernelGen", typeof(EncoderDecoder).Assembly.GetName().Version?.ToString(3) ?? "?"],
            ["date", DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)],
        ]);

    private static string Processor() =>
        (File.Exists(ProcessorInformation)
            ? File.ReadLines(ProcessorInformation).FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
            : null)
        ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
        ?? RuntimeInformation.ProcessArchitecture.ToString();
}
