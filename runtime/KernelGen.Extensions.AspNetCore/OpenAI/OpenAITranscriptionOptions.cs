using System.ComponentModel.DataAnnotations;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>How files of sound are transcribed, and how many.</summary>
public sealed class OpenAITranscriptionOptions
{
    private const int MostThreads = 64;

    /// <summary>How many threads share the work of a file. Default: one for each processor.</summary>
    [Range(1, MostThreads)]
    public int Threads { get; set; } = Math.Min(Environment.ProcessorCount, MostThreads);

    /// <summary>How many files are transcribed at once. Default: 1.</summary>
    [Range(1, 1024)]
    public int Files { get; set; } = 1;

    /// <summary>How many files may wait; more are answered with status 429. Default: 8.</summary>
    [Range(0, 10_000)]
    public int Capacity { get; set; } = 8;

    /// <summary>How many minutes a file may sound: a small one may hold much silence. Default: 60.</summary>
    [Range(1, 24 * 60)]
    public int MaxMinutes { get; set; } = 60;
}
