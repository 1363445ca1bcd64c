using System.Diagnostics;
using System.Globalization;

namespace KernelGen.Benchmarks.Start;

/// <summary>A process that holds a model and generates whenever it is its turn.</summary>
internal sealed class GeneratingProgram : IDisposable
{
    private readonly Process _process;
    private readonly string _name;

    /// <param name="program">What to start.</param>
    /// <param name="model">The model.</param>
    /// <param name="path">Its weights.</param>
    /// <param name="batch">The sources of a call.</param>
    public GeneratingProgram(StartedProgram program, string model, string path, int batch)
    {
        _name = $"{program.FileName} with {model}";
        _process = program.Start(["generate", model, path, "--batch", batch.ToString(CultureInfo.InvariantCulture)]);
    }

    /// <summary>Has it generate for some time.</summary>
    /// <returns>The seconds of each call.</returns>
    public double[] Turn(double seconds) =>
        [.. Ask(string.Create(CultureInfo.InvariantCulture, $"turn {seconds}")).Split(' ').Select(static call => double.Parse(call, CultureInfo.InvariantCulture) / 1000)];

    /// <summary>What it takes.</summary>
    public ProgramMemory Memory() => ProgramMemory.Parse(Ask("memory").Split(' '));

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private string Ask(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
        return _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"{_name} ended early.");
    }
}
