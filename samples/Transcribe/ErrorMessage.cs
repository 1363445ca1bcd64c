namespace KernelGen.Samples.Transcribe;

/// <summary>What an exception says, for who runs the program: options are called as on the command line.</summary>
internal static class ErrorMessage
{
    private static readonly (string Beginning, string Shown)[] Options = [("InitialPrompt", "--prompt"), ("Language", "--language"), ("Task is Translate, and", "--translate cannot be done:"), ("BeamSize", "--beam")];

    /// <summary>The message of an exception.</summary>
    public static string Of(Exception exception)
    {
        if (exception is not ArgumentException { ParamName: { } name })
        {
            return exception.Message.Replace("Open it yourself, and give the stream.", "Give it on standard input.", StringComparison.Ordinal);
        }

        string message = exception.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal);
        (string beginning, string shown) = Options.FirstOrDefault(one => message.StartsWith(one.Beginning + " ", StringComparison.Ordinal));
        return beginning is null ? message : shown + message[beginning.Length..];
    }
}
