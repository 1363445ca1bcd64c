namespace KernelGen.Text;

/// <summary>What cuts a word into the pieces of a vocabulary.</summary>
internal abstract class SubwordModel
{
    /// <summary>Appends the tokens of a word.</summary>
    /// <param name="text">The text, in UTF-8, that the word is in.</param>
    /// <param name="start">Where the word starts in it.</param>
    /// <param name="end">Where it ends; it is not empty.</param>
    /// <param name="workspace">Takes the tokens.</param>
    public abstract void Encode(ReadOnlySpan<byte> text, int start, int end, Workspace workspace);

    /// <summary>Creates a model, at once or on another thread.</summary>
    /// <param name="create">Creates it.</param>
    /// <param name="later">Whether the caller goes on meanwhile.</param>
    public static Task<SubwordModel> Create(Func<SubwordModel> create, bool later) => later ? Task.Run(create) : Task.FromResult(create());

    /// <summary>The number of bytes of the character that starts at a place in valid UTF-8.</summary>
    protected static int CharacterLength(byte first) => first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}
