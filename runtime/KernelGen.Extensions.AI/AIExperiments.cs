namespace KernelGen.Extensions.AI;

/// <summary>What Microsoft.Extensions.AI marks as experimental, and all that shows it.</summary>
internal static class AIExperiments
{
    /// <summary>The diagnostic of <c>ISpeechToTextClient</c>.</summary>
    public const string SpeechToText = "MEAI001";

    /// <summary>Where diagnostics are described.</summary>
    public const string UrlFormat = "https://aka.ms/dotnet-extensions-warnings/{0}";
}
