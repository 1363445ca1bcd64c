using System.Globalization;
using KernelGen.Training;

namespace KernelGen.Samples.Training;

/// <summary>What was reported, as a table that spreadsheets and plotting programs read.</summary>
internal sealed class TrainingLog
{
    private const string Header = "step,loss,learning_rate,gradient_norm,tokens_per_second,validation_loss,validation_accuracy,metric";

    private readonly string _path;

    private TrainingLog(string path) => _path = path;

    /// <summary>Steps with their loss, and where there was one that of validation.</summary>
    public List<(long Step, double Loss, double? Validation)> Points { get; } = [];

    /// <summary>Opens a log.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="step">The step that the run goes on from: lines up to it stay.</param>
    /// <exception cref="FormatException">The file is no log.</exception>
    public static TrainingLog Open(string path, long step)
    {
        var log = new TrainingLog(path);
        List<string> kept = [Header];
        if (step > 0 && File.Exists(path))
        {
            foreach (string line in File.ReadLines(path).Skip(1))
            {
                string[] cells = line.Split(',');
                if (cells.Length != Header.Split(',').Length || !long.TryParse(cells[0], NumberStyles.None, CultureInfo.InvariantCulture, out long number))
                {
                    throw new FormatException($"{path} is no log of training: it has the line '{line}'. Delete it, and a new one begins.");
                }

                if (number <= step)
                {
                    kept.Add(line);
                    log.Points.Add((number, Number(cells[1]) ?? double.NaN, Number(cells[5])));
                }
            }
        }

        File.WriteAllLines(path, kept);
        return log;
    }

    /// <summary>Adds a line.</summary>
    public void Add(TrainingReport report)
    {
        Points.Add((report.Step, report.Loss, report.Validation?.Loss));
        File.AppendAllText(_path, string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Step},{report.Loss:G6},{report.LearningRate:G6},{report.GradientNorm:G6},{report.TokensPerSecond:F0},{report.Validation?.Loss:G6},{report.Validation?.TokenAccuracy:G6},{report.Metric:G6}\n"));
    }

    private static double? Number(string cell) => double.TryParse(cell, CultureInfo.InvariantCulture, out double number) ? number : null;
}
