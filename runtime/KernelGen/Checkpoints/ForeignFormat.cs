using System.Buffers.Binary;
using KernelGen.Checkpoints.PyTorch;

namespace KernelGen.Checkpoints;

/// <summary>Tells by its first bytes what a file is that is no safetensors file.</summary>
internal static class ForeignFormat
{
    /// <summary>What it is, and what to do instead of reading it; <see langword="null"/> when nothing can be told.</summary>
    /// <param name="beginning">The first bytes of the file.</param>
    public static string? Recognize(ReadOnlySpan<byte> beginning) =>
        PackedFormat.Begins(beginning) ? "It is a packed file, which holds no tensors: give it to the Load of the declared model."
        : ZipDirectory.Begins(beginning) ? "It looks like a PyTorch file (.pt, .pth, .bin): open it as a checkpoint of any format, as Load and Checkpoint.Open do."
        : CheckpointIndex.Begins(beginning) ? "It looks like JSON: the index of a sharded checkpoint is opened by its path, beside its shards, with Load or Checkpoint.Open."
        : beginning.StartsWith(OldPyTorch) ? "It is a PyTorch file in the format from before PyTorch 1.6: load it in PyTorch and save it again, best with save_pretrained, which writes model.safetensors, "
            + "or with torch.save, which writes the newer format."
        : BeginsPickle(beginning) ? "It looks like a Python pickle, which may run anything when Python loads it: save the model with save_pretrained, which writes model.safetensors."
        : BeginsMarian(beginning) ? MarianAdvice
        : beginning.StartsWith("\x89HDF\r\n\x1a\n"u8) ? "It looks like an HDF5 file (tf_model.h5): load it with from_pretrained(..., from_tf=True) and save it with save_pretrained, which writes model.safetensors."
        : beginning.StartsWith("GGUF"u8) ? "It is a GGUF file: fetch the checkpoint that it was made from."
        : beginning.StartsWith("version https://git-lfs"u8) ? "It is a Git LFS pointer, not the file itself: run 'git lfs pull'."
        : beginning.TrimStart(" \t\r\n"u8).StartsWith("<"u8) ? "It looks like a web page: download the file itself."
        : null;

    /// <summary>What to do with a model of the Marian program.</summary>
    public const string MarianAdvice =
        "It looks like a model of the Marian program: convert it with convert_marian_to_pytorch.py of Hugging Face Transformers "
        + "(python -m transformers.models.marian.convert_marian_to_pytorch --src FOLDER --dest FOLDER), and load what that writes.";

    /// <summary>The pickled number by which the older format of PyTorch is known, 0x1950a86a20f9469cfc6c.</summary>
    private static ReadOnlySpan<byte> OldPyTorch => [0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19];

    private static bool BeginsPickle(ReadOnlySpan<byte> beginning) => beginning is [0x80, >= 2 and <= 5, not 0, ..];

    /// <summary>Marian's binary format begins with its version and the number of its items, then has the lengths of the first one's name and data.</summary>
    private static bool BeginsMarian(ReadOnlySpan<byte> beginning) =>
        beginning.Length >= 4 * sizeof(ulong)
        && BinaryPrimitives.ReadUInt64LittleEndian(beginning) == 1
        && BinaryPrimitives.ReadUInt64LittleEndian(beginning[8..]) is > 0 and < 100_000
        && BinaryPrimitives.ReadUInt64LittleEndian(beginning[16..]) is > 0 and < 1000;
}
