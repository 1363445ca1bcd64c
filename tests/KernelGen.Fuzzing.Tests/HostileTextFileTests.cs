using System.Text;
using KernelGen.Fuzzing.Seeds;
using KernelGen.Text;
using KernelGen.Text.Tests;

namespace KernelGen.Fuzzing.Tests;

/// <summary>Vocabularies and SentencePiece models that are empty, binary, huge or deep: refused with their path.</summary>
public sealed class HostileTextFileTests
{
    private static readonly byte[] ValidModel = SentencePieceSeeds.All[0];
    private static readonly Action<string>[] Readers =
    [
        static path => VocabularyTokenizer.Load(path),
        static path => SentencePieceTokenizer.Load(path),
        static path => SentencePieceDecoder.Load(path),
        static path => Marian(path, path, path),
    ];

    [Fact]
    public void An_empty_file_is_refused()
    {
        using var file = new TemporaryFile();
        AssertRefused(file);
    }

    [Fact]
    public void Binary_files_are_refused()
    {
        byte[] random = new byte[10_000];
        new Random(1).NextBytes(random);
        foreach (byte[] contents in new byte[][] { random, new byte[10_000], [0xFF, 0xFE, 0x5B, 0], [.. Enumerable.Repeat((byte)0xFF, 10_000)], SafetensorsParts.FromHeader("{}"u8) })
        {
            using var file = new TemporaryFile(contents);
            AssertRefused(file);
        }
    }

    [Theory]
    [InlineData(FileContents.LongestFile + 1L)]
    [InlineData(3L << 30)]
    [InlineData(10L << 30)]
    public void Files_longer_than_any_vocabulary_are_refused_and_not_read(long length)
    {
        using var file = TemporaryFile.Sparse(length);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        AssertRefused(file, $"{length} bytes");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 1 << 20);
    }

    [Fact]
    public void A_stream_without_end_is_refused()
    {
        using var stream = new Endless();
        InvalidDataException exception = Assert.Throws<InvalidDataException>(() => VocabularyTokenizer.Load(stream));
        Assert.Contains($"more than {FileContents.LongestFile}", exception.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(5000)]
    [InlineData(100_000)]
    public void A_stream_is_read_whole_whether_it_tells_its_length_or_not(int length)
    {
        byte[] contents = new byte[length];
        new Random(2).NextBytes(contents);
        Assert.Equal(contents, FileContents.Read(new MemoryStream(contents)));
        Assert.Equal(contents, FileContents.Read(new Endless(contents)));
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{\"a\":")]
    public void Nesting_without_end_is_refused(string open)
    {
        using var file = new TemporaryFile(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(open, 1_000_000))));
        AssertRefused(file);
    }

    [Theory]
    [InlineData("[\"<pad>\",\"<pad>\"]", "there already as entry 0")]
    [InlineData("[\"\\ud800\"]", "not valid Unicode")]
    [InlineData("[\"a\",7]", "entry 1 is a number")]
    [InlineData("[\"a\",[]]", "entry 1 is an array")]
    [InlineData("[\"a\"] x", "is not JSON")]
    public void A_vocabulary_that_is_none_is_refused_with_the_entry(string json, string expected)
    {
        using var file = new TemporaryFile(Encoding.UTF8.GetBytes(json));
        InvalidDataException exception = Assert.Throws<InvalidDataException>(() => VocabularyTokenizer.Load(file.Path));
        Assert.StartsWith($"The file '{file.Path}' is not ", exception.Message);
        Assert.Contains(expected, exception.Message);
    }

    [Fact]
    public void An_entry_of_any_length_with_any_characters_does_not_flood_the_message()
    {
        string entry = "\\u001b[31m" + new string('x', 100_000);
        using var file = new TemporaryFile(Encoding.UTF8.GetBytes($"[\"{entry}\",\"{entry}\"]"));
        string message = Assert.Throws<InvalidDataException>(() => VocabularyTokenizer.Load(file.Path)).Message;
        Assert.True(message.Length < 500);
        Assert.DoesNotContain(message, char.IsControl);
    }

    /// <summary>A message within the message, whose place in the file is told, not its place in itself.</summary>
    [Fact]
    public void A_damaged_SentencePiece_model_is_refused_with_the_byte()
    {
        // The first piece's text gets a length that goes past its piece: the third byte of the file, after the piece's key, its length and the text's key.
        byte[] model = [.. ValidModel];
        model[3] = 0x7F;
        using var file = new TemporaryFile(model);
        InvalidDataException exception = Assert.Throws<InvalidDataException>(() => SentencePieceDecoder.Load(file.Path));
        Assert.StartsWith($"The file '{file.Path}' is not a SentencePiece model", exception.Message);
        Assert.Contains("byte 4 begins a value of 127 bytes", exception.Message);
    }

    /// <summary>The library that encoded once went one level deeper for each byte of a piece: 60,000 ended the process, and 50 million never came to an end.</summary>
    [Theory]
    [InlineData(8_000)]
    [InlineData(60_000)]
    [InlineData(50_000_000)]
    public void A_piece_that_is_longer_than_any_is_refused(int length)
    {
        using var file = new TemporaryFile(SentencePieceModelBuilder.Bpe().Piece(new string('a', length)).ToArray());
        AssertModelRefused(file, $"piece 3 has {length} bytes, and pieces have fewer than 8000");
    }

    [Theory]
    [InlineData(SentencePieceModelType.Unigram)]
    [InlineData(SentencePieceModelType.Bpe)]
    [InlineData(SentencePieceModelType.Word)]
    [InlineData(SentencePieceModelType.Character)]
    public void Pieces_as_long_as_they_may_be_are_encoded_in_time(object type)
    {
        SentencePieceModelBuilder model = SentencePieceModelBuilder.Bpe().Trainer(3, (ulong)(SentencePieceModelType)type).Normalizer(3, 0);
        for (int length = 1; length < SentencePieceModel.PieceLengthLimit; length = length * 5 / 4 + 1)
        {
            model.Piece(new string('a', length), (PieceType)(length % 3 == 0 ? 4 : 1), length);
        }

        model.Piece(new string('a', SentencePieceModel.PieceLengthLimit - 1));
        string text = new('a', 20_000);
        SentencePieceTokenizer tokenizer = model.Load();
        Assert.Equal(type is SentencePieceModelType.Word ? " \u2047 " : text, tokenizer.Decode(tokenizer.Encode(text)));
    }

    [Fact]
    public void More_pieces_than_can_be_indexed_are_refused()
    {
        SentencePieceModelBuilder model = SentencePieceModelBuilder.Unigram();
        var random = new Random(1);
        for (int piece = 0; piece < 1_100; piece++)
        {
            model.Piece($"{piece} {Convert.ToHexString(RandomBytes(random, 3_950))}");
        }

        using var file = new TemporaryFile(model.ToArray());
        string message = Assert.Throws<InvalidDataException>(() => SentencePieceTokenizer.Load(file.Path)).Message;
        Assert.StartsWith($"The file '{file.Path}' is a SentencePiece model that text cannot be encoded with: its pieces have more than {PieceTrie.MostBytes} bytes together", message);
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "Infinity")]
    [InlineData(float.NegativeInfinity, "-Infinity")]
    public void A_score_that_is_no_number_is_refused(float score, string name)
    {
        using var file = new TemporaryFile(SentencePieceModelBuilder.Unigram().Piece("a", score: score).ToArray());
        AssertModelRefused(file, $"piece 3 has the score {name}");
    }

    [Fact]
    public void Normalisation_rules_without_end_are_refused()
    {
        // The children of the root are where they are children themselves.
        uint[] units = CharacterMapWriter.FreeUnits(512);
        units[0] |= 256 << 10;
        units[256 ^ 'a'] = 'a' | ('a' << 10);
        using var file = new TemporaryFile(SentencePieceModelBuilder.Unigram().Piece("a").Normalizer(2, CharacterMapWriter.Write(units, [0])).ToArray());
        string message = Assert.Throws<InvalidDataException>(() => SentencePieceTokenizer.Load(file.Path)).Message;
        Assert.StartsWith($"The file '{file.Path}' is a SentencePiece model that text cannot be encoded with: its normalisation rules ", message);
    }

    private static byte[] RandomBytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static void AssertModelRefused(TemporaryFile file, string expected)
    {
        foreach (Action<string> read in Readers[1..3])
        {
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            InvalidDataException exception = Assert.Throws<InvalidDataException>(() => read(file.Path));
            Assert.StartsWith($"The file '{file.Path}' is not a SentencePiece model", exception.Message);
            Assert.Contains(expected, exception.Message);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, new FileInfo(file.Path).Length + (1 << 20));
        }
    }

    private static void AssertRefused(TemporaryFile file, string expected = "")
    {
        foreach (Action<string> read in Readers)
        {
            InvalidDataException exception = Assert.Throws<InvalidDataException>(() => read(file.Path));
            Assert.StartsWith($"The file '{file.Path}' ", exception.Message);
            Assert.Contains(expected, exception.Message);
        }
    }

    private static void Marian(string source, string target, string vocabulary) => MarianTokenizer.Load(source, target, vocabulary);

    /// <summary>A stream that does not tell its length: of some bytes, or of the letter a for ever.</summary>
    private sealed class Endless(byte[]? contents = null) : Stream
    {
        private readonly MemoryStream? _contents = contents is null ? null : new MemoryStream(contents);

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (_contents != null)
            {
                return _contents.Read(buffer, offset, Math.Min(count, 1000));
            }

            buffer.AsSpan(offset, count).Fill((byte)'a');
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
