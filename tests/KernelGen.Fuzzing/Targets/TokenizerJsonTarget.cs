using System.Text;
using KernelGen.Fuzzing.Mutations;
using KernelGen.Text;
using KernelGen.Text.Tests;

namespace KernelGen.Fuzzing.Targets;

/// <summary>Hugging Face's tokenizer.json, of byte-pair and unigram models with all that is read around them, and encoding and decoding with them.</summary>
internal sealed class TokenizerJsonTarget : FuzzTarget
{
    public override string Name => "tokenizer-json";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        Encoding.UTF8.GetBytes(SmallTokenizers.Nllb),
        Encoding.UTF8.GetBytes(SmallTokenizers.MBart),
        Encoding.UTF8.GetBytes(SmallTokenizers.Json(
            SmallTokenizers.Added((0, "<s>"), (2, "</s>")),
            """{"type":"Strip","strip_left":true,"strip_right":true}""",
            """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""",
            """{"type":"RobertaProcessing","sep":["</s>",2],"cls":["<s>",0],"trim_offsets":true,"add_prefix_space":true}""",
            """{"type":"ByteLevel"}""",
            """{"type":"BPE","ignore_merges":true,"vocab":{"<s>":0,"a":1,"</s>":2,"b":3,"\u0120":4,"\u0120a":5,"ab":6,"\u00e7":7,"<|0|>":9},"merges":["\u0120 a",["a","b"]]}""")),
        Encoding.UTF8.GetBytes(SmallTokenizers.Json(
            """{"id":260,"content":"<a>","single_word":true,"lstrip":true,"rstrip":true,"normalized":true,"special":false}""",
            """{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"\u2581"},{"type":"Replace","pattern":{"String":" "},"content":"\u2581"}]}""",
            "null",
            "null",
            """{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"\u2581"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}""",
            SmallTokenizers.BytePairs([.. Enumerable.Range(0, 256).Select(static value => $"<0x{value:X2}>"), "a", "b", "ab"], ["a b"], "\"unk_token\":\"a\",\"byte_fallback\":true"))),
    ];

    public override byte[] Mutate(Random random, byte[] file) => JsonMutations.Mutate(random, file);

    public override bool Run(ReadOnlySpan<byte> file, int variant)
    {
        try
        {
            HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.Load(new MemoryStream(file.ToArray()), new HuggingFaceTokenizerOptions { AddSpecialTokens = variant % 3 != 0, DeferMerges = variant % 2 == 1 });
            TextUse.Run(tokenizer, variant);
            return true;
        }
        catch (InvalidDataException exception)
        {
            return Refusal.Check(exception, FileContents.Unnamed);
        }
    }
}

/// <summary>tiktoken files, and encoding and decoding with them.</summary>
internal sealed class TiktokenTarget : FuzzTarget
{
    public override string Name => "tiktoken";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 256).Select(static value => $"{Convert.ToBase64String([(byte)value])} {value}\n")) + "YWI= 256\n4OI= 257\nIGE= 258\n= 259\n"),
        "YQ== 0\nYg== 1\nYWI= 2\r\nYWJh 3\n"u8.ToArray(),
    ];

    public override byte[] Mutate(Random random, byte[] file) => ByteMutations.Mutate(random, file, Seeds[random.Next(Seeds.Count)]);

    public override bool Run(ReadOnlySpan<byte> file, int variant)
    {
        try
        {
            TextUse.Run(new HuggingFaceTokenizer(TiktokenFile.Read(file, FileContents.Unnamed), options: null), variant);
            return true;
        }
        catch (InvalidDataException exception)
        {
            return Refusal.Check(exception, FileContents.Unnamed);
        }
    }
}
