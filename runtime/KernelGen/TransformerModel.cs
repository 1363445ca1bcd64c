using System.Globalization;
using KernelGen.Decoding;
using KernelGen.Execution;
using KernelGen.Packing;

namespace KernelGen;

/// <summary>What every declared model has, whether its source is text or audio: its limits and special tokens, its memory, and how it is saved.</summary>
public abstract class TransformerModel : IDisposable
{
    private protected TransformerModel(Engine engine) => Engine = engine;

    /// <summary>The instruction set that this model runs with.</summary>
    public InstructionSet InstructionSet => Engine.InstructionSet;

    /// <summary>
    /// The number of target positions: the start token takes the first. <c>Generate</c> yields at most this many tokens, the end token included and the start token not;
    /// <c>Score</c> takes as many; the target of <c>Logits</c> begins with the start token, which counts.
    /// </summary>
    public int MaxTargetLength => Model.MaxTargetLength;

    /// <summary>The number of target tokens; token ids are below it.</summary>
    public int TargetVocabularySize => Model.TargetVocabularySize;

    /// <summary>The token that begins every target.</summary>
    public int StartToken => Model.StartToken;

    /// <summary>The token that ends a target.</summary>
    public int EndToken => Model.EndToken;

    /// <summary>The token that fills the rows of a rectangular array.</summary>
    public int PadToken => Model.PadToken;

    /// <summary>
    /// The bytes that the weights take, shared by all calls: native memory, or, of a packed file, mapped pages that the operating system reads when they are
    /// used and may share among processes. The 8-bit copy of <see cref="GenerationOptions.ParallelGreedy"/> counts from when it is made.
    /// </summary>
    public long WeightMemory => Engine.WeightBytes + Drafting.Of(Engine).Bytes;

    /// <summary>
    /// The bytes of native memory that calls which have ended leave for later ones: one block for each call that has run at the same time as others, of the
    /// size of the largest that it has served. <see cref="TrimMemory"/> frees them.
    /// </summary>
    public long IdleMemory => Engine.IdleBytes;

    /// <summary>
    /// What is worth knowing of the weights though they were loaded, each a sentence or two for people; mostly empty. A checkpoint that holds an output projection
    /// of its own, where the declaration says that the target embedding serves, is told here.
    /// </summary>
    public IReadOnlyList<string> Notices => Engine.Notices;

    /// <summary>Runs the model.</summary>
    private protected Engine Engine { get; }

    /// <summary>The declared model.</summary>
    private protected ModelDescription Model => Engine.Description;

    /// <summary>
    /// Frees the memory that calls which have ended left for later ones (<see cref="IdleMemory"/>), after a rush of calls or an unusually large one. Calls
    /// that run keep theirs, and leave it when they end. The next call takes memory anew.
    /// </summary>
    public void TrimMemory() => Engine.DisposeWorkspaces();

    /// <summary>
    /// Writes the weights as they are in memory to a packed file, which Load then maps and uses in place: it loads without reading, converting or copying
    /// them. It fits every instruction set, but only this declaration.
    /// </summary>
    /// <remarks>
    /// The file is written beside the path first and then moved there, so there is never half a file; a model that uses the file that was there before keeps
    /// it (Windows refuses to replace it instead). The format: runtime/docs/packed-file.md in the repository.
    /// </remarks>
    /// <param name="path">The path of the file; one that is there is replaced.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written, or the path is a directory's.</exception>
    /// <exception cref="PlatformNotSupportedException">This machine is big-endian.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Engine.WithWeights(model => PackedFile.Write(model, path));
    }

    /// <summary>Writes a packed file, as <see cref="Save(string)"/> does, to a stream.</summary>
    /// <param name="stream">The stream; written from its position on, not disposed.</param>
    /// <exception cref="IOException">Writing failed.</exception>
    /// <exception cref="ArgumentException">The stream cannot be written.</exception>
    /// <exception cref="PlatformNotSupportedException">This machine is big-endian.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanWrite)
        {
            throw new ArgumentException("The stream cannot be written: it is closed, or open for reading only.", nameof(stream));
        }

        Engine.WithWeights(model => PackedFile.Write(model, stream));
    }

    /// <summary>Frees the weights, once no call uses them any more. Later calls throw <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        Engine.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>What the model is, in one line: its name, family and dimensions, how many parameters it has, how they are stored, and the instruction set.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Model.Name}: {Model.Architecture}, {Model.ModelDimension} wide, {Model.Heads} heads, feed-forward {Model.FeedForwardDimension}, {Model.EncoderLayers} + {Model.DecoderLayers} layers, "
        + $"{(Model.IsSpeech ? $"{Model.SourceChannels} channels, vocabulary" : $"vocabularies {Model.SourceVocabularySize} and")} {Model.TargetVocabularySize}; {Engine.Parameters:N0} parameters, {Engine.Precision}, {InstructionSet}");

    /// <summary>Checks a target that a caller gives.</summary>
    private protected void CheckTarget(ReadOnlySpan<int> target) =>
        InputTokens.Check(target, Model.TargetVocabularySize, Model.MaxTargetLength, nameof(target), nameof(MaxTargetLength));

    /// <summary>The logits of every position of a target of the first sequence, whose source is encoded and whose target is empty.</summary>
    /// <returns><c>[target length, target vocabulary]</c>, row by row.</returns>
    private protected float[] AllLogits(Workspace workspace, ReadOnlySpan<int> target)
    {
        Engine.Decode(workspace, target, [0], [target.Length]);
        return DecodedLogits(workspace, target.Length);
    }

    /// <summary>The logits of the rows that have just been decoded.</summary>
    /// <returns><c>[rows, target vocabulary]</c>, row by row.</returns>
    private protected float[] DecodedLogits(Workspace workspace, int rows)
    {
        int vocabulary = Model.TargetVocabularySize;
        float[] result = new float[checked(rows * vocabulary)];
        ForEachLogits(workspace, rows, (row, logitsRow) => Engine.Logits(workspace, logitsRow).CopyTo(result.AsSpan(row * vocabulary)));
        return result;
    }

    /// <summary>The output of the encoder, which has just run over one source.</summary>
    /// <returns><c>[positions, model dimension]</c>, row by row.</returns>
    private protected float[] AllHidden(Workspace workspace, int positions)
    {
        float[] result = new float[checked(positions * Model.ModelDimension)];
        for (int position = 0; position < positions; position++)
        {
            Engine.Hidden(workspace, position).CopyTo(result.AsSpan(position * Model.ModelDimension));
        }

        return result;
    }

    /// <summary>Projects the decoder output in blocks, and visits each row: its number, and where in the workspace its logits are.</summary>
    private protected void ForEachLogits(Workspace workspace, int rows, Action<int, int> visit)
    {
        for (int first = 0; first < rows; first += Workspace.LogitsRows)
        {
            int block = Math.Min(Workspace.LogitsRows, rows - first);
            Engine.Project(workspace, first, block);
            for (int row = 0; row < block; row++)
            {
                visit(first + row, row);
            }
        }
    }
}
