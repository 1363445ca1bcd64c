namespace KernelGen.Text;

/// <summary>A text as the model is given it.</summary>
/// <param name="Tokens">Its tokens.</param>
/// <param name="IsTruncated">Whether there were more.</param>
/// <param name="IsEmpty">Whether they hold nothing, so that the model is not asked.</param>
internal readonly record struct SourceText(int[] Tokens, bool IsTruncated, bool IsEmpty);
