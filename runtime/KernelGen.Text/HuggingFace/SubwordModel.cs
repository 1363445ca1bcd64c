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

    /// <summary>The number of bytes of the character that starts at a place in valid UTF-8.</summary>
    protected static int CharacterLength(byte first) => first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}
