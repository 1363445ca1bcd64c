namespace KernelGen.Samples.TranslateWeb;

/// <summary>The section "Translate" of the configuration: <c>--Translate:Concurrency=4</c>, or the environment variable <c>Translate__Concurrency</c>.</summary>
internal sealed class ServiceSettings
{
    public const string Section = "Translate";

    /// <summary>The weights file, packed or safetensors, or <see langword="null"/> for the program's own weights.</summary>
    public string? Model { get; set; }

    /// <summary>The most texts that one request may bring.</summary>
    public int MaxTexts { get; set; } = 32;

    /// <summary>The widest beam that a request may ask for.</summary>
    public int MaxBeam { get; set; } = 8;

    /// <summary>How many requests are worked on at once; each computes on one thread.</summary>
    public int Concurrency { get; set; } = Environment.ProcessorCount;

    /// <summary>How many requests may wait for their turn; more are turned away with status 429.</summary>
    public int Queue { get; set; } = 64;

    /// <summary>When a request that was turned away should come again, in seconds.</summary>
    public int RetryAfterSeconds { get; set; } = 1;

    /// <summary>How long a shutdown waits for requests that run, in seconds.</summary>
    public int ShutdownSeconds { get; set; } = 30;

    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public void Check()
    {
        CheckRange(nameof(MaxTexts), MaxTexts, 1, 1024);
        CheckRange(nameof(MaxBeam), MaxBeam, 1, 32);
        CheckRange(nameof(Concurrency), Concurrency, 1, 1024);
        CheckRange(nameof(Queue), Queue, 0, 1_000_000);
        CheckRange(nameof(RetryAfterSeconds), RetryAfterSeconds, 1, 3600);
        CheckRange(nameof(ShutdownSeconds), ShutdownSeconds, 0, 3600);
    }

    private static void CheckRange(string name, int value, int minimum, int maximum)
    {
        if (value < minimum || value > maximum)
        {
            throw new ArgumentOutOfRangeException(name, $"the setting {Section}:{name} is {value}; it goes from {minimum} to {maximum}.");
        }
    }
}
