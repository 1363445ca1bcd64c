using System.CommandLine;
using KernelGen.Benchmarks.Models;

namespace KernelGen.Benchmarks.Speech;

/// <summary>The options that choose what of speech is measured.</summary>
internal sealed class SpeechOptions
{
    private const double QuickSeconds = 0.2;

    private readonly Option<string[]> _cases = new("--case") { Description = "Only these models; otherwise all.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string[]> _precisions = new("--precision") { Description = "Only weights stored so: float32, bfloat16, int8; all unless given.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<int[]> _threads = new("--threads") { Description = "Threads; 1 and 2 unless given.", AllowMultipleArgumentsPerToken = true };

    public SpeechOptions()
    {
        _cases.AcceptOnlyFromAmong([.. SpeechCase.All.Select(static speech => speech.Name)]);
        _precisions.AcceptOnlyFromAmong([.. Enum.GetValues<WeightPrecision>().Select(static precision => precision.Name())]);
        _threads.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int[]>() is { } all && all.Any(static threads => threads is < 1 or > 64))
            {
                result.AddError("--threads is from 1 to 64");
            }
        });
    }

    public void AddTo(Command command)
    {
        command.Options.Add(_cases);
        command.Options.Add(_precisions);
        command.Options.Add(_threads);
    }

    /// <summary>What was chosen.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="common">The options that other commands have, too.</param>
    public SpeechSelection Of(ParseResult result, SelectionOptions common)
    {
        bool isQuick = result.GetValue(common.Quick);
        string[] cases = result.GetValue(_cases) is { Length: > 0 } given ? given : isQuick ? [SpeechCase.Tiny.Name] : [.. SpeechCase.All.Select(static speech => speech.Name)];
        string[] precisions = result.GetValue(_precisions) is { Length: > 0 } chosen ? chosen : [.. Enum.GetValues<WeightPrecision>().Select(static precision => precision.Name())];
        return new SpeechSelection
        {
            Cases = [.. SpeechCase.All.Where(speech => cases.Contains(speech.Name))],
            Precisions = [.. Enum.GetValues<WeightPrecision>().Where(precision => precisions.Contains(precision.Name()))],
            Threads = result.GetValue(_threads) is { Length: > 0 } threads ? threads : isQuick ? [1] : [1, 2],
            InstructionSet = common.InstructionSetOf(result),
            Seconds = isQuick ? QuickSeconds : result.GetValue(common.Seconds),
        };
    }
}
