using KernelGen.Samples.TranscribeWeb;

try
{
    await using WebApplication app = WebService.Create(args);
    await app.RunAsync();
    return 0;
}
catch (Exception exception)
{
    // What a person can mend: a setting, a folder without a model, a port that is taken.
    await Console.Error.WriteLineAsync($"TranscribeWeb: {exception.Message.ReplaceLineEndings(" ").Replace("--model", "Transcribe:Model", StringComparison.Ordinal)}");
    return 1;
}
