namespace KernelGen.Fuzzing.Targets;

/// <summary>One kind of file that is read, and what is done with those that are accepted.</summary>
internal abstract class FuzzTarget
{
    /// <summary>All targets.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new SafetensorsTarget(), new PyTorchTarget(), new CheckpointIndexTarget(), new PackedFileTarget(), new ScreenedPackedFileTarget(), new ConfigurationTarget(),
        new GenerationConfigurationTarget(), new VocabularyTarget(), new MarianVocabularyTarget(), new VocabularyMapTarget(), new SentencePieceTarget(),
        new SentencePieceContentsTarget(), new TokenizerJsonTarget(), new TiktokenTarget(), new TrainingStateTarget(), new AudioTarget(),
    ];

    /// <summary>How the command line calls it.</summary>
    public abstract string Name { get; }

    /// <summary>Valid files, from which others are made.</summary>
    public abstract IReadOnlyList<byte[]> Seeds { get; }

    /// <summary>The bytes that may be allocated on the managed heap for a file, however short it is; longer ones may take <see cref="AllocationPerByte"/> more for each byte.</summary>
    public virtual long AllocationAllowance => 4 << 20;

    /// <summary>The bytes that may be allocated on the managed heap for each byte of a file.</summary>
    public virtual long AllocationPerByte => 40;

    /// <summary>Changes a file as one who knows the format would.</summary>
    /// <param name="random">Decides.</param>
    /// <param name="file">A valid file.</param>
    public abstract byte[] Mutate(Random random, byte[] file);

    /// <summary>Reads a file and uses what was read.</summary>
    /// <param name="file">The file; it lies beside memory that cannot be read.</param>
    /// <param name="variant">Decides, from 0 on, how it is read and used.</param>
    /// <returns>Whether the file was accepted; otherwise it was refused as documented.</returns>
    /// <exception cref="Exception">Whatever else happened: a defect.</exception>
    public abstract bool Run(ReadOnlySpan<byte> file, int variant);
}
