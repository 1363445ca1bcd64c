namespace KernelGen.Text;

/// <summary>A tokenizer whose texts may begin with the code of the language to translate into, which then holds for all of their sentences.</summary>
internal interface ILanguageCodes
{
    /// <summary>The length of the code that a text begins with, with the white space behind it; 0 where it begins with none.</summary>
    int CodeLength(string text);
}
