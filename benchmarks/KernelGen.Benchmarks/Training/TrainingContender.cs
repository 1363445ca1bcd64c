using System.Diagnostics;
using System.Globalization;

namespace KernelGen.Benchmarks.Training;

/// <summary>A process that trains, and waits between its rounds.</summary>
internal sealed class TrainingContender : IDisposable
{
    private readonly Process _process;

    private TrainingContender(Process process) => _process = process;

    /// <summary>Target tokens a second in each round so far, after the first, which warms up.</summary>
    public List<double> Rates { get; } = [];

    /// <summary>The loss of the last step.</summary>
    public double Loss { get; private set; }

    /// <summary>KernelGen's.</summary>
    public static TrainingContender KernelGen(string batches, TrainingCase training, int threads, int steps, InstructionSet? set)
    {
        string[] isa = set is { } chosen ? ["--isa", chosen.ToString().ToLowerInvariant()] : [];
        return Start(Environment.ProcessPath!, [TrainingProgram.Command, batches, training.Name, $"{threads}", $"{steps}", .. isa], threads);
    }

    /// <summary>PyTorch's; <see langword="null"/> where it is not installed.</summary>
    public static TrainingContender? PyTorch(string batches, TrainingCase training, int threads, int steps)
    {
        if (Python is not { } python)
        {
            return null;
        }

        var model = training.Description;
        string script = Path.Combine(AppContext.BaseDirectory, "Training", "train_torch.py");
        int[] numbers =
        [
            model.ModelDimension, model.Heads, model.FeedForwardDimension, model.EncoderLayers, model.DecoderLayers,
            model.SourceVocabularySize, model.TargetVocabularySize, threads, steps,
        ];
        return Start(python, [script, batches, .. numbers.Select(static number => number.ToString(CultureInfo.InvariantCulture))], threads);
    }

    /// <summary>The Python that has torch.</summary>
    private static string? Python { get; } = new[] { "/usr/bin/python3", "python3" }.FirstOrDefault(HasTorch);

    /// <summary>Begins a round, whose end <see cref="End"/> waits for.</summary>
    public void Begin()
    {
        _process.StandardInput.WriteLine();
        _process.StandardInput.Flush();
    }

    /// <summary>Waits for the end of a round.</summary>
    /// <param name="isWarmup">Whether it does not count.</param>
    public void End(bool isWarmup)
    {
        double[] answer = Numbers();
        Loss = answer[2];
        if (!isWarmup)
        {
            Rates.Add(answer[0] / answer[1]);
        }
    }

    /// <summary>Ends the process.</summary>
    /// <returns>Its peak memory in MB.</returns>
    public double Finish()
    {
        _process.StandardInput.Close();
        double peak = Numbers()[0];
        _process.WaitForExit();
        return peak;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private double[] Numbers()
    {
        string line = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"{_process.StartInfo.FileName} ended: {_process.StandardError.ReadToEnd()}");
        return [.. line.Split(' ').Select(static number => double.Parse(number, CultureInfo.InvariantCulture))];
    }

    private static bool HasTorch(string python)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(python, ["-c", "import torch"]) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static TrainingContender Start(string program, IEnumerable<string> arguments, int threads)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };

        // Threads that spin while another contender runs would slow it down.
        start.Environment["OMP_WAIT_POLICY"] = "passive";
        start.Environment["OMP_NUM_THREADS"] = $"{threads}";
        start.Environment["OPENBLAS_NUM_THREADS"] = $"{threads}";
        return new TrainingContender(Process.Start(start)!);
    }
}
