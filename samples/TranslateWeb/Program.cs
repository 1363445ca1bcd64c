using KernelGen.Samples.TranslateWeb;

try
{
    await using WebApplication app = WebService.Create(args);
    await app.RunAsync();
    return 0;
}
catch (Exception exception)
{
    // What a person can mend: a setting, a weights file, a port that is taken.
    await Console.Error.WriteLineAsync($"TranslateWeb: {exception.Message.ReplaceLineEndings(" ")}");
    return 1;
}
