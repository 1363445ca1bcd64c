using System.CommandLine;
using KernelGen.Audio;
using KernelGen.Samples.Transcribe;
using KernelGen.Tool.Folders;
using KernelGen.Tool.Lines;

namespace KernelGen.Tool.CommandLine;

/// <summary>Writes what is said in audio, with the model of a folder.</summary>
internal sealed class TranscribeCommand : Command
{
    private readonly FolderOptions _folder = new();
    private readonly RequestOptions _request = new();
    private readonly Option<bool> _resume = new("--resume") { Description = "Pass over audio whose files are in the --output folder already." };
    private readonly Terminal _terminal;

    public TranscribeCommand(Terminal terminal)
        : base("transcribe", "Write what is said in WAV and FLAC files, or on standard input: as text, a line for each segment, or as subtitles, tables and JSON.")
    {
        _terminal = terminal;
        Add(_folder.Folder);
        Add(_request.Files);
        foreach (Option option in _request.Options)
        {
            Add(option);
        }

        Add(_resume);
        _folder.AddTo(this);
        SetAction(Run);
    }

    private int Run(ParseResult result)
    {
        TranscriptionRequest request = _request.Read(result) with { SkipsWritten = result.GetValue(_resume) };
        if ((_request.UnknownOption(result) ?? request.Problem(!_terminal.Streams.IsInputTerminal) ?? ResumeProblem(request)) is { } problem)
        {
            throw new InputException(problem + ".");
        }

        using var interruption = new Interruption();
        using SpeechToText speech = ModelFolder.Find(_folder.Read(result), _terminal).OpenSpeech();
        using Stream stream = _terminal.Streams.OpenOutput();
        try
        {
            return new FileTranscriber(speech, request, new StandardOutput(stream), _terminal.Complain).TranscribeAllAsync(interruption.Token).GetAwaiter().GetResult() ? ExitCode.Success : ExitCode.CheckFailed;
        }
        catch (OperationCanceledException) when (interruption.Signal is not null)
        {
            _terminal.Complain(request.Output is { } folder ? $"interrupted; the same command with --resume goes on with the files that '{folder}' does not have yet." : "interrupted.");
            return ExitCode.Of(interruption.Signal.Value);
        }
        catch (InvalidOperationException exception) when (exception.InnerException is IOException { HResult: LineOutput.BrokenPipe } && !OperatingSystem.IsWindows())
        {
            throw new OutputClosedException(exception);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            throw new InputException(ErrorMessage.Of(exception), exception);
        }
    }

    private static string? ResumeProblem(TranscriptionRequest request) => request is { SkipsWritten: true, Output: null } ? "--resume goes with --output, the folder that has the files of what is done" : null;
}
