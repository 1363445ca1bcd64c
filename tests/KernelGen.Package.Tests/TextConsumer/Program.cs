using KernelGen.Text;

VocabularyTokenizer source = VocabularyTokenizer.Load(args[0]);
SentencePieceTokenizer target = SentencePieceTokenizer.Load(args[1]);
Console.WriteLine(source.Decode(source.Encode("狗追猫。")));
Console.WriteLine(target.Decode(target.Encode("The dog chases the cat.")));
