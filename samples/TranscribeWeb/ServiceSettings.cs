namespace KernelGen.Samples.TranscribeWeb;

/// <summary>The section "Transcribe" of the configuration: <c>--Transcribe:Sessions=2</c>, or the environment variable <c>Transcribe__Sessions</c>.</summary>
internal sealed class ServiceSettings
{
    public const string Section = "Transcribe";

    private const int MostThreads = 64;

    /// <summary>The folder of a Whisper, as it is downloaded from Hugging Face.</summary>
    public string? Model { get; set; }

    /// <summary>Weights that are not the folder's own: the path of a packed file or a checkpoint, from the folder on where it is relative.</summary>
    public string? Weights { get; set; }

    /// <summary>Whether weights are stored in 8 bits.</summary>
    public bool Int8 { get; set; }

    /// <summary>How many sounds are transcribed at once; more are turned away.</summary>
    public int Sessions { get; set; } = 4;

    /// <summary>How long a session may take, in minutes.</summary>
    public int SessionMinutes { get; set; } = 120;

    /// <summary>A session ends when nothing has come for so many seconds.</summary>
    public int IdleSeconds { get; set; } = 30;

    /// <summary>How much new sound there is before the next pass, in milliseconds.</summary>
    public int IntervalMilliseconds { get; set; } = 1000;

    /// <summary>How many files are transcribed at once.</summary>
    public int Files { get; set; } = 1;

    /// <summary>How many files may wait; more are turned away with status 429.</summary>
    public int FileQueue { get; set; } = 8;

    /// <summary>How long a file may sound, in minutes.</summary>
    public int FileMinutes { get; set; } = 60;

    /// <summary>How large a file may be, in megabytes.</summary>
    public int FileMegabytes { get; set; } = 25;

    /// <summary>How many threads share the work of a session, or of a file.</summary>
    public int Threads { get; set; } = Math.Min(Environment.ProcessorCount, MostThreads);

    /// <summary>How long a shutdown waits for sessions to write what they have heard, in seconds.</summary>
    public int ShutdownSeconds { get; set; } = 30;

    /// <exception cref="ArgumentException">A setting is missing, or a number is out of range.</exception>
    public void Check()
    {
        if (string.IsNullOrWhiteSpace(Model))
        {
            throw new ArgumentException($"the setting {Section}:{nameof(Model)} is missing: the folder of a Whisper, as it is downloaded from Hugging Face.");
        }

        CheckRange(nameof(Sessions), Sessions, 1, 1024);
        CheckRange(nameof(SessionMinutes), SessionMinutes, 1, 24 * 60);
        CheckRange(nameof(IdleSeconds), IdleSeconds, 1, 3600);
        CheckRange(nameof(IntervalMilliseconds), IntervalMilliseconds, 100, 10_000);
        CheckRange(nameof(Files), Files, 1, 1024);
        CheckRange(nameof(FileQueue), FileQueue, 0, 10_000);
        CheckRange(nameof(FileMinutes), FileMinutes, 1, 24 * 60);
        CheckRange(nameof(FileMegabytes), FileMegabytes, 1, 1024);
        CheckRange(nameof(Threads), Threads, 1, MostThreads);
        CheckRange(nameof(ShutdownSeconds), ShutdownSeconds, 1, 3600);
    }

    private static void CheckRange(string name, int value, int minimum, int maximum)
    {
        if (value < minimum || value > maximum)
        {
            throw new ArgumentOutOfRangeException(name, $"the setting {Section}:{name} is {value}; it goes from {minimum} to {maximum}.");
        }
    }
}
