System.Console.WriteLine("lm");
