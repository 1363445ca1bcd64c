using System.Text;

namespace KernelGen.Samples.Transcribe;

/// <summary>Standard output, in UTF-8 whatever the locale is; what is written is there at once.</summary>
internal sealed class StandardOutput
{
    private readonly Stream _stream = Console.OpenStandardOutput();

    /// <summary>Writes a text.</summary>
    /// <param name="text">The text, with its line breaks.</param>
    /// <exception cref="InvalidOperationException">It cannot be written, and nothing after it, either.</exception>
    public void Write(string text)
    {
        try
        {
            _stream.Write(Encoding.UTF8.GetBytes(text));
            _stream.Flush();
        }
        catch (IOException exception)
        {
            throw new InvalidOperationException($"standard output cannot be written: {exception.Message}", exception);
        }
    }
}
