using System.Text;

namespace KernelGen.Samples.Transcribe;

/// <summary>Standard output, in UTF-8 whatever the locale is; what is written is there at once.</summary>
/// <param name="stream">Its stream.</param>
internal sealed class StandardOutput(Stream stream)
{
    /// <summary>That of this process.</summary>
    public StandardOutput()
        : this(Console.OpenStandardOutput())
    {
    }

    /// <summary>Writes a text.</summary>
    /// <param name="text">The text, with its line breaks.</param>
    /// <exception cref="InvalidOperationException">It cannot be written, and nothing after it, either.</exception>
    public void Write(string text)
    {
        try
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
            stream.Flush();
        }
        catch (IOException exception)
        {
            throw new InvalidOperationException($"standard output cannot be written: {exception.Message}", exception);
        }
    }
}
